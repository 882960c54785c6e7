"""The pages as gradio Blocks: which part stands where, and which step is shown."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from studio.service import StudioService
from studio.ui.handlers import sitting as on_sitting
from studio.ui.handlers.consent import notice_markdown
from studio.ui.settings import UiSettings
from studio.ui.shell import PARTS

# Direct calls: the queue would keep a log of every event and load pandas to summarise it.
QUIET = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
STEPS = (("Consent", "consent"), ("You", "capture"), ("Style", "style_cards"), ("Result", "result"))
PAGES = (
    ("gallery", "gallery"),
    ("records", "consent"),
    ("verify", "verify"),
    ("check", "check"),
    ("models", "models"),
)
TO_CAMERA = frozenset({"open", "nobody", "agree"})  # queries of the first page's address
# Parts announce "the studio knows more now", "to the pictures of oneself", "to the styles", "to the
# result"; the wiring listens.
# Until a part's module has come, a press would be lost: its markup is inert, then marked as ready.
_ON_LOAD = (
    "element.inert = true; "
    'import("/parts/{name}.js").then((part) => part.mount(element, '
    "{{ advance: () => trigger('advance'), restyle: () => trigger('restyle'), "
    "present: () => trigger('present'), revisit: () => trigger('revisit') }}))"
    ".finally(() => {{ element.inert = false; element.dataset.ready = 'true'; }})"
)


def part(name: str, settings: UiSettings) -> gr.HTML:
    """Return one of the studio's own parts: markup from a file, behaviour from a module."""
    markup = (PARTS / f"{name}.html").read_text(encoding="utf-8")
    return gr.HTML(
        html_template=markup.replace(
            "@max_selfies_bytes@", str(settings.max_selfies_bytes)
        ).replace("@max_upload_bytes@", str(settings.max_upload_bytes)),
        js_on_load=_ON_LOAD.format(name=name),
        apply_default_css=False,
        elem_id=f"part-{name}",
    )


def _to(step: int) -> Callable[[], gr.Walkthrough]:
    """Return a handler that shows a step."""

    def show() -> gr.Walkthrough:
        return gr.Walkthrough(selected=step)

    return show


def build_pages(service: StudioService, settings: UiSettings) -> gr.Blocks:
    """Return all pages; nothing personal passes through their components."""

    def show_step(request: gr.Request) -> gr.Walkthrough:
        token = request.cookies.get(settings.cookie_name, "")
        asked = on_sitting.Asked(
            camera=not TO_CAMERA.isdisjoint(request.query_params),
            consent="extend" in request.query_params,
            job_id=request.query_params.get("job", ""),
        )
        return gr.Walkthrough(selected=on_sitting.step_on_load(service, token, asked))

    def advance(request: gr.Request) -> gr.Walkthrough:
        token = request.cookies.get(settings.cookie_name, "")
        return gr.Walkthrough(selected=on_sitting.step_of(service, token))

    pages = gr.Blocks(title="Selfsame", analytics_enabled=False)
    with pages:
        with gr.Walkthrough(selected=1, elem_id="steps") as walkthrough:
            for number, (label, name) in enumerate(STEPS, start=1):
                with gr.Step(label, id=number, elem_id=f"step-{name}"):
                    shown = part(name, settings)
                shown.advance(advance, None, walkthrough, **QUIET)
                shown.revisit(_to(on_sitting.YOU), None, walkthrough, **QUIET)
                shown.restyle(_to(on_sitting.STYLE), None, walkthrough, **QUIET)
                shown.present(_to(on_sitting.RESULT), None, walkthrough, **QUIET)
        pages.load(
            show_step,
            None,
            walkthrough,
            show_progress="hidden",
            api_visibility="private",
            queue=False,
        )
    for name, path in PAGES:
        with pages.route(name.capitalize(), path):
            part(name, settings)
    with pages.route("Privacy", "privacy"):
        gr.Markdown(notice_markdown(service.notice()), elem_id="privacy")
    return pages
