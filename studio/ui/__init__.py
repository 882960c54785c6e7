"""The browser studio: own routes for everything personal, gradio for the pages around them."""
