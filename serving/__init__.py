"""A model server that speaks TensorFlow Serving's REST protocol.

store     find SavedModels on disk, load them, answer for their state
codec     JSON <-> tensors by TensorFlow Serving's rules
rest      the routes; app puts them together with the page
client    one small client for both: the store in this process or a server's URL
"""
