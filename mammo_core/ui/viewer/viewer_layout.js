// Which panes there are, and what each shows: all films side by side, or two of them before and after a divider.
function layOut(view) {
  const { root, panes } = view
  const box = root.querySelector(".panes")
  const open = panes.map((_, i) => i).filter((i) => !view.hidden.has(i))
  const shown = view.layout === "swipe" && panes.length > 1 ? [beforeAndAfter(view)] : open.map((i) => [i])
  while (box.children.length > shown.length) box.lastElementChild.remove()
  while (box.children.length < shown.length) box.append(makePanel(view))
  view.panels = shown.map((numbers, i) => {
    const element = box.children[i]
    const find = (name) => element.querySelector(name)
    const panel = (element.panel ??= {
      element, canvas: find("canvas"), lines: find(".lines"), marks: find(".marks"), divider: find(".divider"),
      colours: find(".colours"), readout: find(".readout"), scale: find(".scale"), titles: find(".titles"),
    })
    return Object.assign(panel, { contents: numbers.map((number) => panes[number]), numbers })
  })
  if (view.mark && !view.panels.includes(view.mark.panel)) openMark(view, null)
  for (const panel of view.panels) describe(view, panel)
  box.classList.toggle("hung", view.panels.length > 1 && panes.some((pane) => pane.against))
  root.dataset.layout = view.layout
  root.dataset.panes = view.panels.length
  measurePanels(view)
}

// In the swipe layout: the first film, and the one chosen to be compared with it.
function beforeAndAfter(view) {
  const last = view.panes.length - 1
  const after = view.after === null || view.after > last ? last : view.after
  return [after === 0 ? 1 : 0, after]
}

function makePanel(view) {
  return view.root.querySelector("template").content.firstElementChild.cloneNode(true)
}

function describe(view, panel) {
  const { element, contents } = panel
  element.setAttribute("aria-label", WORDS.pane(contents.map((pane) => pane.title).join(" | "), panel.numbers[0] + 1, view.panes.length))
  panel.titles.replaceChildren(
    ...contents.map((pane, side) =>
      Object.assign(document.createElement("div"), { className: side ? "title after" : "title", textContent: pane.title }),
    ),
  )
  element.dataset.against = contents.length < 2 ? contents[0].against ?? "" : ""
  panel.divider.hidden = contents.length < 2
  layMarks(view, panel)
  listen(view, panel)
}

function measurePanels(view) {
  for (const panel of view.panels) {
    panel.width = panel.element.clientWidth
    panel.height = panel.element.clientHeight
  }
  keepMiddle(view)
  refresh(view)
}

// The film under a point of a pane: left or right of the divider.
function paneAt(view, panel, [x]) {
  return panel.contents.length > 1 && x > view.divider * panel.width ? panel.contents[1] : panel.contents[0]
}

function showDivider(view, panel) {
  if (panel.contents.length < 2) return
  panel.divider.style.left = `${view.divider * 100}%`
  panel.divider.querySelector("button").setAttribute("aria-valuenow", Math.round(view.divider * 100))
}

function moveDivider(view, to) {
  view.divider = Math.min(1, Math.max(0, to))
}
