"""The one viewer of films: panes with a shared zoom; nothing is kept in the browser."""

from mammo_core.ui.viewer.panes import Mark, Pane, ViewerEvent
from mammo_core.ui.viewer.show import drawn_region, show_viewer

__all__ = ["Mark", "Pane", "ViewerEvent", "drawn_region", "show_viewer"]
