"""What is known of models, and which of them are served: the metadata call and ModelService.

Source: tensorflow_serving/model_servers/{get_model_status_impl,model_service_impl}.cc
and servables/tensorflow/get_model_metadata_impl.cc.
"""

import grpc

from serving.errors import invalid


async def get_model_metadata(call):
    """The definitions of a model's signatures, TensorFlow's own included."""
    from tensorflow_serving.apis import get_model_metadata_pb2 as pb2

    request = await call.parse(pb2.GetModelMetadataRequest)
    spec = call.spec(request)
    _check_fields(request.metadata_field)
    response = pb2.GetModelMetadataResponse()
    signatures = pb2.SignatureDefMap()
    with call.use(spec) as version:
        for name, definition in version.model.definitions.items():
            signatures.signature_def[name].CopyFrom(definition)
    response.model_spec.name = spec.name
    response.model_spec.version.value = version.number
    response.metadata["signature_def"].Pack(signatures)
    return response.SerializeToString()


def _check_fields(names):
    if not names:
        raise invalid("GetModelMetadataRequest must specify at least one metadata_field")
    for name in names:
        if name != "signature_def":
            raise invalid(f"Metadata field {name} is not supported; ask for signature_def")


async def get_model_status(call):
    """The state of every version of a model, or of one; a version label is ignored."""
    from tensorflow_serving.apis import get_model_status_pb2 as pb2

    request = await call.parse(pb2.GetModelStatusRequest)
    spec = call.spec(request)
    number = spec.version.value if spec.HasField("version") else None
    response = pb2.GetModelStatusResponse()
    for version in call.engine.store.status(spec.name, number):
        status = response.model_version_status.add(version=version.number)
        status.state = status.State.Value(version.state)
        _write(status.status, version.error)
    return response.SerializeToString()


async def handle_reload_config_request(call):
    """Serve what a ModelServerConfig says from now on; answers when that is so.

    As in TensorFlow Serving a failure is the status of the call itself.
    """
    from tensorflow_serving.apis import model_management_pb2 as pb2

    request = await call.parse(pb2.ReloadConfigRequest)
    if request.config.WhichOneof("config") != "model_config_list":
        raise invalid(
            "ServerModelConfig type not supported by HandleReloadConfigRequest. "
            "Only ModelConfigList is currently supported"
        )
    # A thread that waits for a client who has left would be missing for others.
    await call.engine.off_loop(call.engine.store.configure, request.config, call.seconds)
    response = pb2.ReloadConfigResponse()
    _write(response.status, None)
    return response.SerializeToString()


def _write(status, error):
    """Write a ServingError into a StatusProto; None stands for OK."""
    status.SetInParent()
    if error:
        status.error_code = grpc.StatusCode[error.code].value[0]
        status.error_message = error.message
