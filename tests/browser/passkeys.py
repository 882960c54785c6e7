"""Chromium's virtual authenticator: a device with a finger on it, as a test says."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """The authenticator of one page."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self._devtools = context.new_cdp_session(page)
        self._devtools.send("WebAuthn.enable")
        made = self._devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self._name = {"authenticatorId": made["authenticatorId"]}

    def check_person(self, *, succeeds: bool) -> None:
        """Let finger, face or PIN be right or wrong from now on."""
        self._devtools.send("WebAuthn.setUserVerified", {**self._name, "isUserVerified": succeeds})

    def passkeys(self) -> list[dict[str, object]]:
        """Return what the device keeps, private keys included."""
        return self._devtools.send("WebAuthn.getCredentials", self._name)["credentials"]

    def set_back(self) -> None:
        """Begin to count from 1 again, as a copy of the device would."""
        (passkey,) = self.passkeys()
        self.forget()
        copied = {**self._name, "credential": {**passkey, "signCount": 1}}
        self._devtools.send("WebAuthn.addCredential", copied)

    def forget(self) -> None:
        """Lose every passkey."""
        self._devtools.send("WebAuthn.clearCredentials", self._name)
