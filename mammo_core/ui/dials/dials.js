// Sliders that are followed while they move. One move is under way at a time; while it is, only the newest waits.
const panels = new WeakMap()
const PAUSE_MS = 1000 // key presses closer together than this are one gesture
const REST_MS = 250 // after so long without a key the slider counts as let go
const LOST_MS = 4000 // an answer that has not come by then will not come

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".dials")
  if (!root || !data) return
  let panel = panels.get(root)
  if (!panel) {
    panel = { number: 0, gesture: Date.now(), dial: null, time: 0, held: false, waits: null, sentAt: 0, rest: 0 }
    panels.set(root, panel)
  }
  panel.send = (move) => setStateValue("move", move)
  root.setAttribute("aria-label", data.label)
  if (root.children.length !== data.dials.length) root.replaceChildren(...data.dials.map(makeDial))
  const overruled = panel.stamp !== data.stamp
  panel.stamp = data.stamp
  const answered = data.answered === panel.number || panel.number === 0
  if (overruled || (answered && !panel.waits)) {
    panel.waits = null
    data.dials.forEach((dial, i) => place(root.children[i], dial, dial.value))
  }
  if (answered || overruled) {
    panel.sentAt = 0
    if (panel.waits) post(panel)
  }
  data.dials.forEach((dial, i) => listen(panel, root, root.children[i].querySelector("input"), data.dials, dial, i))
  root.dataset.answered = data.answered
  // Streamlit asks a call to end that was overtaken, too: then the sliders are still there, and one may be held.
  return () => root.isConnected || clearTimeout(panel.rest)
}

function makeDial(dial) {
  const make = (name, properties) => Object.assign(document.createElement(name), properties)
  const box = make("label", { className: "dial" })
  const line = make("span", { className: "line" })
  line.append(make("span", { textContent: dial.label }), make("span", { className: "value" }))
  const input = make("input", { type: "range", min: dial.low, max: dial.high, step: dial.step })
  input.dataset.id = dial.id
  const help = make("span", { className: "help", textContent: dial.help, id: `help-${dial.id}` })
  input.setAttribute("aria-label", dial.label)
  input.setAttribute("aria-describedby", help.id)
  box.append(line, input, help)
  return box
}

function place(box, dial, value) {
  const input = box.querySelector("input")
  if (+input.value !== value) input.value = value
  const number = String(+(+input.value).toFixed(4))
  const text = dial.off && +input.value === dial.low ? dial.off : dial.unit.replaceAll("{}", number)
  box.querySelector(".value").textContent = text
  box.classList.toggle("idle", dial.idle)
  input.setAttribute("aria-valuetext", text)
  input.style.setProperty("--share", `${(100 * (input.value - dial.low)) / (dial.high - dial.low)}%`)
}

function listen(panel, root, input, dials, dial, i) {
  const note = (moving) => {
    const values = Object.fromEntries(dials.map((d, k) => [d.id, +root.children[k].querySelector("input").value]))
    panel.waits = { values, gesture: panel.gesture, moving }
    if (!panel.sentAt || performance.now() - panel.sentAt > LOST_MS) post(panel)
  }
  input.oninput = () => {
    const now = performance.now()
    if (panel.dial !== dial.id || (!panel.held && now - panel.time > PAUSE_MS)) panel.gesture += 1
    Object.assign(panel, { dial: dial.id, time: now })
    place(root.children[i], dial, +input.value)
    clearTimeout(panel.rest)
    note(true)
    if (!panel.held) panel.rest = setTimeout(() => note(false), REST_MS)
  }
  input.onpointerdown = () => {
    panel.held = true
    panel.dial = null // a new drag is a new gesture
  }
  input.onpointerup = input.onpointercancel = input.onchange = () => {
    const wait = panel.held ? 0 : REST_MS // a key may be followed by another
    panel.held = false
    clearTimeout(panel.rest)
    if (panel.dial === dial.id) panel.rest = setTimeout(() => note(false), wait)
  }
}

function post(panel) {
  panel.number += 1
  panel.sentAt = performance.now()
  panel.send({ ...panel.waits, number: panel.number })
  panel.waits = null
}
