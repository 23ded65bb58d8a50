"""A model server that speaks TensorFlow Serving's REST and gRPC.

plan      which versions of which models should be served: from folders or a config file
watch     the versions on disk; loader loads and unloads them, versions knows their state
store     all of that as one: answers which version a call gets
engine    runs a version's signatures; batching joins concurrent calls
codec     JSON <-> tensors by TensorFlow Serving's rules
rest      the REST routes; app puts them together with the page
grpc      PredictionService, ModelService, health, reflection
client    one client for all three: the store in this process, REST and gRPC
demo      the page
"""
