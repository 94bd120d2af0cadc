// Buttons, sliders and menus, and what they show of the viewer's state.
const ACTIONS = {
  in: (view) => zoomAt(view, [0.5, 0.5], 1.4),
  out: (view) => zoomAt(view, [0.5, 0.5], 1 / 1.4),
  breast: showFocus,
  whole: showWhole,
  invert: (view) => (view.invert = !view.invert),
  lens: (view) => (view.lens = !view.lens),
  heat: (view) => (view.heat = !view.heat),
  boxes: (view) => (view.boxes = !view.boxes),
  reset: startAgain,
  full: fullScreen,
  help: (view) => view.root.querySelector(".help").showModal(),
  "close-help": (view) => view.root.querySelector(".help").close(),
  "close-note": (view) => openMark(view, null),
}

function act(view, name) {
  ACTIONS[name](view)
  refresh(view)
}

function connectTools(view) {
  const { root } = view
  for (const button of root.querySelectorAll("[data-do]")) button.onclick = () => act(view, button.dataset.do)
  for (const button of root.querySelectorAll("[data-tool]")) button.onclick = () => useTool(view, button.dataset.tool)
  for (const button of root.querySelectorAll("[data-layout]")) button.onclick = () => useLayout(view, button.dataset.layout)
  root.querySelector(".preset").onchange = (event) => usePreset(view, event.target.value)
  for (const slider of root.querySelectorAll("[data-set]"))
    slider.oninput = () => {
      view[slider.dataset.set] = slider.value / 100
      view.heat = true
      refresh(view)
    }
  root.querySelector(".help").onclick = (event) => event.target === event.currentTarget && event.target.close()
  root.querySelector("[data-do=full]").hidden = !document.fullscreenEnabled
  root.querySelector(".panes").onscroll = () => refresh(view)
  root.onfullscreenchange = () => measurePanels(view)
}

function useTool(view, tool) {
  Object.assign(view, { tool, begun: null, rectangle: null })
  refresh(view)
}

function useLayout(view, layout) {
  if (view.data.layouts.includes(layout)) {
    view.layout = layout
    layOut(view)
  }
}

// A preset begins anew: what was stretched and shifted by hand is gone.
function usePreset(view, preset) {
  if (preset in windowsOf(view)) Object.assign(view, { preset, contrast: 1, level: 0 })
  refresh(view)
}

function windowsOf(view) {
  return [...view.store.values()].find((picture) => picture.windows)?.windows ?? { film: null }
}

function startAgain(view) {
  Object.assign(view, { preset: "film", contrast: 1, level: 0, invert: false, lens: false, heat: true, boxes: true })
  Object.assign(view, { opacity: 0.65, threshold: 0, divider: 0.5, ruler: null, tool: "move", begun: null })
  openMark(view, null)
  showFocus(view)
}

function fullScreen(view) {
  if (document.fullscreenElement) document.exitFullscreen()
  else view.root.requestFullscreen?.()
}

// Choosing a film: side by side it is shown or hidden, on a phone it is scrolled to, in the swipe layout it is compared.
function chooseFilm(view, number) {
  const box = view.root.querySelector(".panes")
  if (view.layout === "swipe") view.after = number
  else if (box.scrollWidth > box.clientWidth + 8) return box.children[number]?.scrollIntoView({ block: "nearest" })
  else if (view.hidden.has(number)) view.hidden.delete(number)
  else if (view.hidden.size < view.panes.length - 1) view.hidden.add(number)
  layOut(view)
}

function layFilms(view) {
  const chips = view.root.querySelector(".films")
  const titles = view.panes.map((pane) => pane.title)
  chips.hidden = titles.length < 2
  if (view.titles === titles.join("|")) return
  view.titles = titles.join("|")
  chips.replaceChildren(
    ...titles.map((title, number) => {
      const chip = Object.assign(document.createElement("button"), { type: "button", textContent: title })
      chip.onclick = () => chooseFilm(view, number)
      return chip
    }),
  )
}

function showState(view) {
  const { root } = view
  const press = (selector, is) => {
    for (const button of root.querySelectorAll(selector)) button.setAttribute("aria-pressed", is(button))
  }
  press("button[data-tool]", (button) => button.dataset.tool === view.tool)
  press("[data-layout]", (button) => button.dataset.layout === view.layout)
  for (const name of ["invert", "lens", "heat", "boxes"]) press(`[data-do=${name}]`, () => view[name])
  press("[data-do=full]", () => Boolean(document.fullscreenElement))
  const box = root.querySelector(".panes")
  const inARow = box.scrollWidth > box.clientWidth + 8 // a phone: one pane is in sight
  const inSight = inARow ? [view.panels[Math.round(box.scrollLeft / box.clientWidth)]] : view.panels
  const shown = new Set(inSight.flatMap((panel) => panel?.numbers ?? []))
  root.querySelectorAll(".films button").forEach((chip, number) => chip.setAttribute("aria-pressed", shown.has(number)))
  for (const slider of root.querySelectorAll("[data-set]")) slider.value = Math.round(view[slider.dataset.set] * 100)
  const own = view.contrast !== 1 || view.level !== 0
  const preset = root.querySelector(".preset")
  preset.value = own ? "own" : view.preset
  root.querySelector(".over").hidden = !view.panes.some((pane) => pane.heat || pane.marks.length)
  root.querySelector(".of-heat").hidden = !view.panes.some((pane) => pane.heat)
  root.querySelector("[data-do=boxes]").hidden = !view.panes.some((pane) => pane.marks.length)
  root.querySelector("[data-tool=region]").hidden = !view.data.regions
  root.querySelector(".layouts").hidden = view.panes.length < 2 || view.data.layouts.length < 2
  root.dataset.zoom = view.zoom.toFixed(3)
  const named = view.panes.find((pane) => pane.colours)?.colours ?? WORDS.heatmap
  root.querySelector("[data-do=heat]").textContent = named[0].toUpperCase() + named.slice(1)
  showHint(view, inARow)
}

function showHint(view, inARow) {
  const byTouch = inARow ? WORDS.touch_row : matchMedia("(pointer: coarse)").matches && WORDS.touch
  const usual = view.layout === "swipe" && view.panels[0]?.contents.length > 1 ? WORDS.swipe : byTouch || WORDS.move
  say(view, { ruler: WORDS.ruler, region: WORDS.region, window: WORDS.window_tool }[view.tool] ?? usual)
}

function say(view, text) {
  const hint = view.root.querySelector(".hint")
  if (hint.textContent !== text) hint.textContent = text
}
