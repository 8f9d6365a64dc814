/** Makes a screenshot small enough to commit: 256 colours instead of millions, written anew as a palette PNG. */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** The picture's size, bytes per pixel and unfiltered pixels; Chromium writes eight bits, no interlace. */
function decode(png) {
  const parts = []
  let header
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const kind = png.toString('latin1', at + 4, at + 8)
    const body = png.subarray(at + 8, at + 8 + length)
    if (kind === 'IHDR') header = body
    if (kind === 'IDAT') parts.push(body)
    at += length + 12
  }
  const [width, height, depth, colour] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9]]
  if (depth !== 8 || (colour !== 2 && colour !== 6) || header[12] !== 0) throw new Error('not a screenshot as Chromium writes it')
  const size = colour === 2 ? 3 : 4
  const stride = width * size
  const raw = inflateSync(Buffer.concat(parts))
  const pixels = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)]
    for (let x = 0; x < stride; x += 1) {
      const left = x >= size ? pixels[y * stride + x - size] : 0
      const up = y > 0 ? pixels[(y - 1) * stride + x] : 0
      const corner = x >= size && y > 0 ? pixels[(y - 1) * stride + x - size] : 0
      pixels[y * stride + x] = raw[y * (stride + 1) + 1 + x] + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]
    }
  }
  return { width, height, size, pixels }
}

function paeth(left, up, corner) {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

/**
 * The flat areas' own colours, exactly; then the shades between them, near ones counted together with their commonest
 * standing for them. What is left goes to the nearest.
 */
function choosePalette(counts) {
  const byUse = [...counts].sort((left, right) => right[1] - left[1])
  const flat = byUse.slice(0, 96).map(([colour]) => colour)
  const shades = new Map()
  for (const [colour, count] of byUse.slice(96)) {
    const key = ((colour >> 19) & 31) * 1024 + ((colour >> 11) & 31) * 32 + ((colour >> 3) & 31)
    const shade = shades.get(key) ?? { count: 0, colour }
    shade.count += count
    shades.set(key, shade)
  }
  const rest = [...shades.values()].sort((left, right) => right.count - left.count)
  return [...flat, ...rest.map(({ colour }) => colour)].slice(0, 256)
}

const distance = (left, right) =>
  ((left >> 16) - (right >> 16)) ** 2 + (((left >> 8) & 255) - ((right >> 8) & 255)) ** 2 + ((left & 255) - (right & 255)) ** 2

function chunk(kind, body) {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), body])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}

/** The same picture with at most 256 colours. */
export function withPalette(png) {
  const { width, height, size, pixels } = decode(png)
  const colourAt = (at) => (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2]
  const counts = new Map()
  for (let at = 0; at < pixels.length; at += size) counts.set(colourAt(at), (counts.get(colourAt(at)) ?? 0) + 1)
  const palette = choosePalette(counts)
  const nearest = new Map()
  for (const colour of counts.keys()) {
    let best = 0
    for (let index = 1; index < palette.length; index += 1) if (distance(palette[index], colour) < distance(palette[best], colour)) best = index
    nearest.set(colour, best)
  }
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) rows[y * (width + 1) + 1 + x] = nearest.get(colourAt((y * width + x) * size))
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))
  return Buffer.concat([signature, chunk('IHDR', header), chunk('PLTE', colours), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))])
}
