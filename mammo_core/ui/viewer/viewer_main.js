// One viewer: its state, and what happens when the page sends new data. Films live in this memory only.
const viewers = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".viewer")
  if (!root || !data) return
  if (!viewers.has(root)) viewers.set(root, begin(root))
  const view = viewers.get(root)
  view.send = setTriggerValue
  take(view, data)
  // Streamlit asks a call to end that was overtaken while this module was being loaded, and shows the same viewer on.
  return () => root.isConnected || end(view)
}

function begin(root) {
  const view = {
    root, store: new Map(), latest: new Map(), pointers: new Map(), panels: [], panes: [], hidden: new Set(),
    zoom: 1, x: 0, y: 0, moved: false, pointer: [0.5, 0.5], gesture: null, frame: 0, requests: 0, request: null,
    after: null, layout: null, film: null, note: root.querySelector(".note"),
  }
  startAgain(view)
  view.observer = new ResizeObserver(() => measurePanels(view))
  view.observer.observe(root.querySelector(".panes"))
  connectTools(view)
  listenToKeys(view)
  return view
}

function take(view, data) {
  const film = [...new Set(data.panes.map((pane) => pane.film))].sort().join("|")
  const fresh = view.data !== data
  view.data = data
  view.panes = data.panes
  view.colours ??= fromBase64(data.colours)
  view.layout ??= (matchMedia("(max-width: 640px)").matches && data.on_phone) || data.layouts[0]
  if (view.film !== film) {
    view.film = film
    view.latest.clear()
    Object.assign(view, { preset: "film", contrast: 1, level: 0, ruler: null, begun: null })
    openMark(view, null)
    showFocus(view)
  }
  if (fresh) {
    if (!data.detail && !view.gesture && !view.begun) view.rectangle = null
    takePictures(view, data)
    takeDetail(view, data.detail)
  }
  for (const number of view.hidden) if (number >= data.panes.length) view.hidden.delete(number)
  if (view.hidden.size === data.panes.length) view.hidden.clear()
  layFilms(view)
  layOut(view)
}

function end(view) {
  view.observer.disconnect()
  clearTimeout(view.rest)
  clearTimeout(view.patience)
  cancelAnimationFrame(view.frame)
  for (const held of [view.store, view.latest]) held.clear()
}
