"""How the page looks: Gradio's theme in our colours, the style sheets of `look/`, the typeface.

Newsreader, by Production Type, is under the SIL Open Font License (look/fonts/OFL.txt).
"""

import gradio as gr

from serving.demo.parts import HERE

FOLDER = HERE / "look"


def settings():
    """Keyword arguments for `gradio.mount_gradio_app`."""
    icon = '<link rel="icon" href="look/favicon.svg" type="image/svg+xml">'
    styles = "".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.css")))
    return {"theme": _theme(), "css": styles, "head": icon}


def _theme():
    theme = gr.themes.Base(
        font=["-apple-system", "Segoe UI", "Roboto", "Arial", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    # The body's colours stand here too: they are painted before the style sheet arrives.
    return theme.set(
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        body_background_fill="#faf8f3",
        body_background_fill_dark="#161513",
        body_text_color="#211e1a",
        body_text_color_dark="#ece6da",
    )
