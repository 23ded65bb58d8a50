"""The `zoo` command: it parses, calls, and prints; the work is done elsewhere."""

import dataclasses
import inspect
import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from serving.errors import ServingError
from serving.quiet import import_tensorflow
from serving.settings import Settings as Serving
from train import precision as precisions
from train.recipe import TRUTH

app = typer.Typer(
    help="Neural networks from the first neuron to today: list, train, measure, export, serve.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()
ExportFormat = StrEnum("ExportFormat", {name: name for name in ("savedmodel", "word2vec")})
Precision = StrEnum("Precision", {name: name for name in precisions.POLICIES})
RecipeName = Annotated[str, typer.Argument(metavar="RECIPE", help="One that `zoo list` shows.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A setting of the recipe; may be repeated."),
]
Run = Annotated[
    Path | None, typer.Option("--out", help="The run's folder.", show_default="runs/RECIPE")
]
Served = Annotated[
    Path | None,
    typer.Option("--to", help="The served model's folder.", show_default="saved_models/RECIPE"),
]


_SERVER = "http://127.0.0.1:8501"


@app.command("list")
def list_():
    """Show every network: family, year, parameters, sizes, paper; then the recipes."""
    from train import recipe
    from zoo import registry

    import_tensorflow()
    name_column = Column("name", no_wrap=True)  # to be copied
    table = Table(name_column, "year", "parameters", "sizes", "reference", title="Networks")
    for name in sorted(registry.names(), key=lambda n: (registry.info(n).year, n)):
        with console.status(f"building {name}"):
            count = registry.build(name).count_params()
        info, sizes = registry.info(name), registry.sizes(name)
        written = "\n".join(f"{key}={value}" for key, value in sizes.items())
        table.add_row(name, str(info.year), f"{count:,}", written, info.reference)
    console.print(table)
    console.print("Recipes for `zoo train`:", ", ".join(recipe.names()))


@app.command()
def train(
    name: RecipeName,
    settings: Settings = None,
    precision: Annotated[
        Precision, typer.Option(help="auto: what the device has in hardware.")
    ] = Precision.auto,
    out: Run = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away a run in the folder.")] = False,
):
    """Train a recipe; run again after a stop, and it goes on where it was."""
    chosen, out = _recipe(name, settings), out or Path("runs") / name
    if fresh:
        shutil.rmtree(out, ignore_errors=True)
    from train import loop

    bar = 1 if sys.stdout.isatty() else 2
    report = loop.fit(chosen, out, precision=precision.value, verbose=bar)
    _print_figures(f"{name}: {out}", _flat(report))
    console.print(f"Logs: {out}/history.csv, `tensorboard --logdir {out}/tensorboard`")
    if chosen.task:
        console.print(f"Next: zoo export {name}" + (f" --out {out}" if out.name != name else ""))


@app.command()
def export(
    name: RecipeName,
    settings: Settings = None,
    out: Run = None,
    to: Served = None,
    format: Annotated[
        ExportFormat, typer.Option(help="word2vec: word vectors as a file that gensim reads.")
    ] = ExportFormat.savedmodel,
    vectors: Annotated[
        Path | None,
        typer.Option(help="Serve word vectors from this file of word2vec's format, not a run's."),
    ] = None,
):
    """Write a trained run's best weights as the next version of a SavedModel."""
    chosen, out = _recipe(name, settings), out or Path("runs") / name
    from train import loop, word2vec

    if format is ExportFormat.word2vec:
        path = word2vec.write_run(chosen, out, to or Path(f"{name}.txt"))
        console.print(f"Wrote [bold]{path}[/bold]")
        return
    to = to or Path("saved_models") / name
    target = word2vec.serve_file(vectors, to) if vectors else loop.export_run(chosen, out, to)
    console.print(f"Exported [bold]{target}[/bold]. Next: zoo evaluate {name}, zoo serve")


@app.command()
def evaluate(
    name: RecipeName,
    settings: Settings = None,
    model: Annotated[
        Path | None,
        typer.Option(help="A SavedModel, or the folder of its versions.", show_default=False),
    ] = None,
    split: Annotated[str, typer.Option(help="test or validation")] = "test",
    vectors: Annotated[
        Path | None,
        typer.Option(help="Measure word vectors in this file, of word2vec's or GloVe's format."),
    ] = None,
):
    """Measure a served model on its recipe's data."""
    chosen = _recipe(name, settings)
    if vectors:
        from train.word2vec import figures as asked

        with console.status(f"measuring {vectors} on {split}"):
            rows = list(asked(vectors, split))
        _print_figures(f"{vectors} on {split}", rows)
        return
    from train.evaluate import evaluate as figures

    served = chosen.task.served if chosen.task else ""
    model = model or Path("saved_models") / (served or name)
    with console.status(f"measuring {model} on {split}"):
        rows = list(figures(chosen, model, split))
    _print_figures(f"{model} on {split}", rows)


def _flags(settings):
    """The parameters of a command that takes the fields of a dataclass of settings as flags."""
    for field in dataclasses.fields(settings):
        option = typer.Option(**field.metadata)
        yield inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=Annotated[field.type, option],
        )


def serve(**given):
    """Serve models by TensorFlow Serving's REST and gRPC protocols, and the page with the demos."""
    from serving.run import serve as run

    try:
        settings = Serving(**given)
    except ServingError as error:
        raise ValueError(error.message) from error
    run(settings)


class _Valued(typer.core.TyperCommand):
    """Understands TensorFlow Serving's spelling: --rest_api_port=80, --enable_batching=true."""

    def parse_args(self, ctx, args):
        return super().parse_args(ctx, [self._plain(arg) for arg in args])

    def _plain(self, arg):
        name, equals, value = arg.partition("=")
        name = name.replace("_", "-") if name.startswith("--") else name
        switches = {o for p in self.params for o in p.opts if getattr(p, "is_flag", False)}
        if equals and name in switches and value.lower() in TRUTH:
            return name if TRUTH[value.lower()] else f"--no-{name.removeprefix('--')}"
        return name + equals + value


serve.__signature__ = inspect.Signature(_flags(Serving))
app.command(cls=_Valued)(serve)


@app.command()
def predict(
    model: Annotated[str, typer.Argument(help="Name of a served model.")],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE]...", help="VALUE: JSON, text, @FILE, - (stdin)."),
    ] = None,
    url: Annotated[str, typer.Option(help="The server; or grpc://HOST:8500.")] = _SERVER,
    signature: Annotated[str, typer.Option(help="Function of the model.")] = "serving_default",
    version: Annotated[int | None, typer.Option(min=0, help="Number of the version.")] = None,
    label: Annotated[str | None, typer.Option(help="Label of the version.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
    local: Annotated[bool, typer.Option("--local", help="Load the model here, no server.")] = False,
    model_base_path: Annotated[
        Path | None, typer.Option(help="For --local: folder of models; default: saved_models.")
    ] = None,
    token: Annotated[
        str, typer.Option(envvar="ZOO_TOKEN", help="Bearer token, or @FILE that holds it.")
    ] = "",
    ca: Annotated[Path | None, typer.Option(help="Certificates (PEM) to trust.")] = None,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait.")] = 60,
):
    """Ask a served model: zoo predict digits image=@seven.png"""
    from serving import client, printed
    from serving import predict as asked
    from serving.guard import read_token
    from zoo.registry import found

    try:
        if local:
            with console.status(f"loading {model}"):
                connection = asked.load(model_base_path, model, found, version)
        else:
            token = read_token(token)
            connection = client.connect(url, token=token, ca=ca, timeout=timeout)
        which = {"signature": signature, "version": version, "label": label}
        with connection:
            outputs, lone = asked.predict(connection, model, inputs or [], found, **which)
    except client.Unavailable as error:
        hint = "start one by `zoo serve`, name another by --url, or load the model by --local"
        _fail(f"{error.message}; {hint}")
    except (ServingError, ValueError, OSError) as error:
        _fail(getattr(error, "message", error))
    if as_json:
        typer.echo(printed.as_json(outputs))
    else:
        console.print(printed.table(outputs, lone))


def main():
    """Run `zoo`: what the user got wrong is one line, not a traceback."""
    try:
        app()
    except (ValueError, OSError, ImportError) as error:
        if os.environ.get("ZOO_TRACEBACK"):
            raise
        line = Text(str(error))  # brackets in it are no markup
        Console(stderr=True).print("[red]zoo:[/red]", line, soft_wrap=True, highlight=False)
        sys.exit(2)


def _fail(message):
    line = " ".join(str(message).split())
    Console(stderr=True).print("[red]zoo:[/red]", Text(line), soft_wrap=True)
    raise typer.Exit(1)


def _recipe(name, settings):
    from train import recipe
    from zoo.registry import found

    found(name, recipe.names(), "recipe")
    with console.status("starting TensorFlow"):
        import_tensorflow()
        return recipe.load(name).with_settings(settings or [])


def _flat(report):
    for key, value in report.items():
        yield from value.items() if isinstance(value, dict) else [(key, value)]


def _print_figures(title, rows):
    table = Table("figure", "value", title=title)
    for name, value in rows:
        table.add_row(name, f"{value:.5g}" if isinstance(value, float) else str(value))
    console.print(table)


if __name__ == "__main__":
    main()
