"""Serves the pages with the fake studio at http://localhost:7998, to look at and to click.

What a browser test may rely on:

- `#part-<name> [data-ready]` appears once a part's module is there (consent, capture, style_cards,
  result, gallery, records, verify, check, models); a step's button is `#step-<name>-button`
- refusals: `[data-refusal=<code>]` with `.what`, `.why`, `.next`
- Consent: `[name=language][value=<code>]`, `[data-testid=switch-<family or audience>]`,
  `[name=days]`, `#consent-adult`, `#consent-summary`, `#agree`, `#agree-passkey`, `#read-notice`,
  `#notice`, `#consent-standing`, `#no-camera-yet`, `[data-earlier=<id>]`
- You: `.you[data-state=before|waiting|live|refused|passed|nobody]`, where it runs with
  `[data-instruction=<Action or done>]`; `#slow-colours`, `#sounds`, `#capture-start`,
  `#capture-stop`, `#capture-retry`, `#camera`, `#instruction`, `#hint`, `#wait`,
  `#flash[data-colour="#rrggbb" or empty][data-fade=<seconds>]`, `#flash-stop`, `#no-camera`,
  `[data-subject=<id>]`, `#coverage-words`, `[data-cover=<name>][data-done]`, `#selfies-input`,
  `[data-selfie=<name>][data-accepted]`, `#selfies-stop`, `#to-styles`, `#capture-again`
- Style: `#more-pictures`, `.style-card[data-style=<name>]` (with an `img` once drawn),
  `.favourite`, `#style-search`, `[name=family-tab]`, `#controls [name=<control>]`,
  `#detail-frame.redrawing`, `#vary`, `#make-it`
- Result: `.result[data-job-state=<JobState>]`, `#job-message`, `#job-cancel`, `#result-image`,
  `#result-download` with `[data-formats]` and `[data-testid=download]`, `#result-vary`,
  `#back-to-styles`, `#result-synthetic`
- Gallery: `.work[data-output=<id>]` with the same two, `[data-testid=delete]`,
  `[data-testid=delete-yes]`, `#gallery-lock`, `[data-closed]`, `[data-empty]`
- My consent: `[data-record=<id>][data-state]`, `[data-testid=keep-<family or audience>]`,
  `[name=days-left]`, `#narrow-save`, `#extend-begin`, `#waiting-summary`, `#waiting-drop`,
  `#made`, `#kept` with `[data-thumb=<id>]`, `[data-testid=thumb-delete]`,
  `[data-testid=thumb-delete-yes]`, `#download-archive`, `[data-passkey=<id>]`,
  `#history-list li`, `#withdraw`, `#withdraw-yes`, `[data-deletion-receipt]` with
  `[data-testid=exported-files]`, `[data-testid=download-deletion-receipt]`;
  `[data-over]`, `#earlier-list`
- slow styles: `.style-card.slow[data-needs-model]`, `#detail-taking`, `.words-search`,
  `[data-word-chip=<word>]`, `#job-left`, `#result-glimpse`
- Models: `[data-kind=<kind>][data-ready]`, `[data-weight=<name>]`, `[data-command]`
- Verify: `#verify-input`, `[data-finding=<technique>][data-state=<state>]`, `#report` with
  `#report-statement`, `#report-contact`, `#report-send`; `#report-sent`, `#report-none`
"""

from __future__ import annotations

import uvicorn

from studio.ui.server import build_app
from studio.ui.settings import UiSettings
from tests.studio.ui.fakes import FakeStudio

if __name__ == "__main__":
    uvicorn.run(build_app(FakeStudio(), UiSettings("0.1.0")), port=7998, log_level="warning")
