// Grey levels as they were sent: deflated differences between neighbours (see pictures.py). Nothing of the browser's own
// picture decoding is used, so that every bit arrives.
async function unpack({ data, columns, rows, channels, wide }) {
  const bytes = await inflate(data)
  const count = columns * rows * channels
  const values = wide ? new Uint16Array(count) : new Uint8Array(count)
  const mask = wide ? 0xffff : 0xff
  for (let start = 0; start < count; start += columns) {
    let value = 0
    for (let i = start; i < start + columns; i++) {
      const folded = wide ? (bytes[i] << 8) | bytes[count + i] : bytes[i]
      value = (value + ((folded >>> 1) ^ -(folded & 1))) & mask
      values[i] = value
    }
  }
  return values
}

async function inflate(text) {
  const stream = new Blob([fromBase64(text)]).stream().pipeThrough(new DecompressionStream("deflate"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function fromBase64(text) {
  const letters = atob(text)
  const bytes = new Uint8Array(letters.length)
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i)
  return bytes
}
