"""What the copy of somebody's data says about itself, in the languages of the notices."""

from __future__ import annotations

from collections.abc import Mapping

README: Mapping[str, tuple[str, str]] = {
    "en": (
        "README.txt",
        """\
Your data
=========

This is a copy of everything that this studio holds about you. It was made because you asked for
it. Keep it in a safe place: whoever has it has pictures of you and the numbers of your face.

README.txt          this text
manifest.json       every file in here: its name, its size, its SHA-256 and what it is
subject.json        the random name under which the studio knows you; it does not know your own
records/            what you agreed to, each as a signed receipt (.json) and as a page (.html)
captures/           each time you looked into the camera: what was measured, and your face
                    template. The template is 128 numbers that tell your face from others. No
                    picture can be made of it, but it could be compared with pictures of you.
selfies/            the pictures of you that were kept (.jpg) and what was measured on them
avatars/            what was drawn of you, with all its marks, exactly as you can download it;
                    beside each, what is known of it: how it was drawn, how much it looks like your
                    selfie in words and numbers, and its entry in the studio's log
watermarks.json     the hidden number in each of them, also of those that you deleted. It leads to
                    the proof of your yes, and is kept with it after you stop.
jobs.json           what you asked the studio to draw
downloads.json      which files you downloaded, this copy included
sessions.json       when browsers were opened for you; their secret keys are not held
passkeys.json       the public halves of your passkeys; the secret halves never leave your devices

The log's entries name nobody. Each one here comes with its proof, and with the "opening" that
shows what the entry is about. Whoever has the opening can show it too, so treat it like the rest.

Some avatars may be held back: manifest.json lists them and says why. An avatar is held back while
somebody says that it shows them, because a copy for you must not harm another person. You can
delete it at any time.

You may give this copy to anybody, put it elsewhere, have mistakes put right, and have all of it
deleted: press "Withdraw" on the page My consent. You may also complain to the data protection
authority of the place where you live.
""",
    ),
    "de": (
        "LIESMICH.txt",
        """\
Ihre Daten
==========

Das ist eine Kopie von allem, was dieses Studio über Sie hat. Sie haben darum gebeten. Bewahren
Sie sie gut auf: Wer sie hat, hat Bilder von Ihnen und die Zahlen Ihres Gesichts.

LIESMICH.txt        dieser Text
manifest.json       jede Datei hier: ihr Name, ihre Größe, ihr SHA-256 und was sie ist
subject.json        der zufällige Name, unter dem das Studio Sie kennt; Ihren eigenen kennt es nicht
records/            wozu Sie Ja gesagt haben: als unterschriebener Beleg (.json) und als Seite
                    (.html)
captures/           jeder Blick in die Kamera: was gemessen wurde, und die Vorlage Ihres Gesichts.
                    Das sind 128 Zahlen, die Ihr Gesicht von anderen unterscheiden. Daraus wird
                    kein Bild, aber man könnte sie mit Bildern von Ihnen vergleichen.
selfies/            die Bilder von Ihnen, die behalten wurden (.jpg), und was daran gemessen wurde
avatars/            was von Ihnen gezeichnet wurde, mit allen Zeichen, genau wie beim Herunterladen;
                    daneben, was darüber bekannt ist: wie es gezeichnet wurde, wie ähnlich es Ihrem
                    Selfie ist, in Worten und Zahlen, und der Eintrag im Protokoll des Studios
watermarks.json     die versteckte Zahl in jedem davon, auch in gelöschten. Sie führt zum Nachweis
                    für Ihr Ja und bleibt mit ihm auch nach Ihrem Stopp.
jobs.json           was Sie zeichnen ließen
downloads.json      welche Dateien Sie heruntergeladen haben, auch diese Kopie
sessions.json       wann Browser für Sie geöffnet wurden; ihre geheimen Schlüssel sind nicht hier
passkeys.json       die öffentlichen Hälften Ihrer Passkeys; die geheimen bleiben bei Ihnen

Die Einträge im Protokoll nennen niemanden. Jeder kommt hier mit seinem Beweis und mit der
"opening": Sie zeigt, wovon der Eintrag handelt. Wer sie hat, kann das auch zeigen.

Manche Avatare sind vielleicht zurückgehalten: manifest.json nennt sie und sagt, warum. Das
geschieht, solange jemand sagt, er selbst sei darauf zu sehen. Ihre Kopie darf keinem anderen
schaden. Löschen können Sie so einen Avatar jederzeit.

Sie dürfen diese Kopie weitergeben, Fehler richtigstellen lassen und alles löschen lassen: mit
"Withdraw" auf der Seite My consent. Sie dürfen sich auch bei der Datenschutzbehörde an Ihrem
Wohnort beschweren.
""",
    ),
}
TEMPLATE = (
    "Your face template: 128 numbers that a network (dlib face recognition ResNet v1) makes of a "
    "picture. Two pictures of one person lie near each other, by Euclidean distance."
)
FROZEN = "Somebody says that this avatar shows them. Until that is looked into it is held back."
DAMAGED = "This was deleted while the copy was made, or it is damaged and cannot be read."
