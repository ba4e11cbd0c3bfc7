"""The window: Qt widgets that render the document and start jobs."""
