"""The Imagined family: pictures that a diffusion model makes of a verified portrait.

torch, diffusers and transformers are imported when something is drawn, never before.
"""
