"""The page: a story of neural networks, and one tab for each network to play with.

A tab is one file in this folder with `CARD` and `tab(client)`; no list of tabs is kept.
"""

import importlib
import os
import pkgutil

# Read by Gradio as it is imported: the page works offline and tells nobody.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

PATH = "/ui"


def build(client):
    """The page as `gradio.Blocks`; `client` has `predict` and `models` (serving/client.py)."""
    import gradio as gr

    from serving.demo import story

    tabs = discover()
    with gr.Blocks(title="neuralzoo", analytics_enabled=False) as page:
        gr.HTML('<p class="wordmark">neural<i>zoo</i></p>', apply_default_css=False)
        with gr.Tabs(selected="story", elem_classes="rooms") as rooms:
            with gr.Tab("Story", id="story"):
                story.tab([module.CARD for module in tabs], rooms)
            for module in tabs:
                with gr.Tab(module.CARD.title, id=module.CARD.tab):
                    module.tab(client)
    return page.queue(max_size=64)


def discover():
    """The modules of this folder that are tabs, oldest network first."""
    names = (found.name for found in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    tabs = [module for module in modules if hasattr(module, "CARD")]
    return sorted(tabs, key=lambda module: (module.CARD.year, module.CARD.title))


def mount(app, client):
    """Mount the page on a FastAPI app at `/ui`; returns the app."""
    import gradio as gr
    from fastapi.staticfiles import StaticFiles

    from serving.demo import captions_photos, look

    app.mount(f"{PATH}/look", StaticFiles(directory=look.FOLDER))
    app.mount(f"{PATH}/photos", StaticFiles(directory=captions_photos.FOLDER))
    return gr.mount_gradio_app(
        app, build(client), path=PATH, ssr_mode=False, footer_links=[], **look.settings()
    )
