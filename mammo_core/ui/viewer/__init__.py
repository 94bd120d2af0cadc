"""The one viewer of films: panes with a shared zoom; nothing is kept in the browser."""

from mammo_core.ui.viewer.panes import Mark, Pane, ViewerEvent
from mammo_core.ui.viewer.show import show_viewer

__all__ = ["Mark", "Pane", "ViewerEvent", "show_viewer"]
