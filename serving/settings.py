"""What `zoo serve` can be told: a field is a flag, named as TensorFlow Serving's if it has one.

`train/cli.py` makes the flags from these fields, and docs/operators.md is tested against them.
"""

# ruff: noqa: RUF009 -- the calls make fields

import os
from dataclasses import dataclass, field
from pathlib import Path

from serving.errors import invalid


def _flag(default, help, **limits):
    return field(default=default, metadata={"help": help, **limits})


@dataclass(frozen=True)
class Settings:
    """The settings of one server.

    Raises ServingError (INVALID_ARGUMENT) where two exclude each other or a file is missing.
    """

    model_base_path: Path | None = _flag(
        None, "Folder of models, or of one model's versions; default: saved_models."
    )
    model_name: str = _flag("", "Name of the one model whose versions lie in --model-base-path.")
    model_config_file: Path | None = _flag(None, "ModelServerConfig: models, versions, labels.")
    host: str = _flag("127.0.0.1", "Address to listen on; 0.0.0.0 to be reached from outside.")
    rest_api_port: int = _flag(8501, "Port of REST and the page; 0: any free.", min=0, max=65535)
    port: int = _flag(8500, "Port of gRPC; 0: any free.", min=0, max=65535)
    grpc: bool = _flag(True, "Serve gRPC.")
    ui: bool = _flag(True, "Serve the page with the demos.")
    backend: str = _flag("", "URL of a TensorFlow Serving that the page calls; no own models.")
    file_system_poll_wait_seconds: float = _flag(
        1.0, "How often to look for new and deleted versions; 0: once; negative: never again."
    )
    model_config_file_poll_wait_seconds: float = _flag(
        0.0, "How often to read --model-config-file again; 0: never.", min=0
    )
    max_num_load_retries: int = _flag(5, "How often to try again to load a version.", min=0)
    load_retry_interval_micros: int = _flag(60_000_000, "Time between two tries.", min=0)
    allow_version_labels_for_unavailable_models: bool = _flag(
        False, "Let a new label point to a version that is not loaded yet."
    )
    force_allow_any_version_labels_for_unavailable_models: bool = _flag(
        False, "The same for a label that points to another version now."
    )
    enable_batching: bool = _flag(True, "Join concurrent calls of a signature.")
    batching_parameters_file: Path | None = _flag(None, "BatchingParameters: sizes and delays.")
    tensorflow_intra_op_parallelism: int = _flag(
        0, "Threads that one operation may take; 0: as many as there are cores.", min=0
    )
    tensorflow_inter_op_parallelism: int = _flag(
        0, "Operations at a time; 0: as many as there are cores.", min=0
    )
    monitoring_config_file: Path | None = _flag(None, "MonitoringConfig: path of the metrics.")
    rest_api_timeout_in_ms: int = _flag(30_000, "Longest time for one REST call.", min=1)
    max_request_mb: float = _flag(100.0, "Largest request, after unpacking.", min=0)
    max_connections: int = _flag(10_000, "Most open REST connections.", min=1)
    token: str = _flag(
        "", "Token that REST, gRPC and the page ask for; @FILE reads it.", envvar="ZOO_TOKEN"
    )
    allow_origins: str = _flag("", "Other sites whose pages may call, separated by commas; *: any.")
    allow_hosts: str = _flag("", "Further names of this server, separated by commas.")
    ssl_certfile: Path | None = _flag(None, "Certificate chain (PEM): serve HTTPS and gRPC by TLS.")
    ssl_keyfile: Path | None = _flag(None, "Its private key (PEM).")
    log_format: str = _flag("text", "Log lines: text or json.")
    access_log: bool = _flag(False, "Log every call, not only those that fail.")

    def __post_init__(self):
        if self.model_config_file and (self.model_base_path or self.model_name):
            raise invalid(
                "give --model-config-file or --model-base-path and --model-name, not both"
            )
        if self.model_name and not self.model_base_path:
            raise invalid("--model-name names the model in --model-base-path: give both")
        if bool(self.ssl_certfile) != bool(self.ssl_keyfile):
            raise invalid("TLS takes both --ssl-certfile and --ssl-keyfile")
        if self.log_format not in ("text", "json"):
            raise invalid(f"--log-format is text or json, not {self.log_format!r}")
        for name in ("model_config_file", "batching_parameters_file", "monitoring_config_file"):
            self._check_file(name)
        for name in ("ssl_certfile", "ssl_keyfile"):
            self._check_file(name)

    def _check_file(self, name):
        path = getattr(self, name)
        if path is not None and not os.access(path, os.R_OK):
            flag = name.replace("_", "-")
            raise invalid(f"--{flag} {path} cannot be read: is it there?")
