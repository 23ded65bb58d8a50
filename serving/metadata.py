"""The JSON of the status and metadata calls, as protobuf writes it: int64 values are strings."""

import orjson

from serving.errors import ServingError


def status(versions):
    """The body (bytes) of `GET /v1/models/M`."""
    return orjson.dumps({"model_version_status": [_status(version) for version in versions]})


def _status(version):
    error = version.error or ServingError("OK", "")
    return {
        "version": str(version.number),
        "state": version.state,
        "status": {"error_code": error.code, "error_message": error.message},
    }


def metadata(version):
    """The body (bytes) of `GET /v1/models/M/metadata`."""
    definitions = version.model.definitions
    return orjson.dumps(
        {
            "model_spec": {
                "name": version.name,
                "signature_name": "",
                "version": str(version.number),
            },
            "metadata": {
                "signature_def": {
                    "signature_def": {name: _json(d) for name, d in definitions.items()}
                }
            },
        }
    )


def _json(message):
    from google.protobuf.json_format import MessageToDict

    return MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
