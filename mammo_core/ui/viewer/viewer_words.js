// What the viewer says. What its buttons say stands in viewer.html.
const WORDS = {
  pane: (title, number, count) => `Film ${number} of ${count}: ${title}. Press ? for the shortcuts.`,
  mark: (number, label) => `Mark ${number}: ${label}`,
  millimetres: (length) => `${length < 10 ? length.toFixed(1) : Math.round(length)} mm`,
  pixels: (length) => `${Math.round(length)} px, spacing unknown`,
  window: (low, high) => `W ${Math.round(high - low)} · L ${Math.round((low + high) / 2)}`,
  zoom: (scale) => `${scale < 0.995 ? (scale * 100).toFixed(0) + " %" : "× " + scale.toFixed(1)}`,
  region: "Drag a rectangle over the place to read. Keyboard: Enter begins and ends it at the cross.",
  ruler: "Drag to measure. Keyboard: Enter begins and ends it at the cross, arrows move the film, Delete removes it.",
  window_tool: "Drag across for contrast, up and down for brightness. The right mouse button does so at any time.",
  move: "Click a film, then scroll to zoom; drag to move. All move together.",
  touch: "Pinch to zoom, then drag to move. All move together.",
  touch_row: "Pinch to zoom, then drag to move; swipe for the next film.",
  relative: "relative",
  heatmap: "Heatmap",
  swipe: "Drag the line to compare.",
}
