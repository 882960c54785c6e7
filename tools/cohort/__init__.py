"""Makes the cohort: faces of nobody, drawn at low resolution, embedded for score normalisation.

Two environments, because the drawing tools are large and used once:

    python -m venv bake && bake/bin/pip install anny==0.6.2 bpy==5.0.1 scipy opencv-python-headless
    bake/bin/python -m tools.cohort.draw --people 220 --out heads/
    .venv/bin/python -m tools.cohort.embed heads/ studio/face/assets/cohort.json
"""
