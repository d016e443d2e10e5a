// A block of the IPv4 space on a canvas: 16 × 16 blocks to zoom into, each of 16 × 16 cells.
import { useEffect, useRef, useState } from "preact/hooks";
import type { SpaceChange } from "../policy/index.ts";
import { curve, pointOf, stepOf } from "./hilbert.ts";
import { markersIn } from "./markers.ts";
import { type Block, changesIn, formatBlock, LOOKS, looksOf, type Stretch, sizeOf } from "./space.ts";
import { isTouch } from "./touch.ts";

export interface HilbertMapProps {
  /** What is in view; its length is 0, 8, 16 or 24. */
  readonly block: Block;
  readonly stretches: readonly Stretch[];
  /** The changes from the previous config; undefined without one. */
  readonly changes: readonly SpaceChange[] | undefined;
  readonly onPoint: (block: Block | undefined) => void;
  readonly onZoom: (block: Block) => void;
}

/** Blocks along an edge, bits of one zoom step, and pixels along an edge of the canvas. */
const GRID = 16;
const STEP = 8;
const PIXELS = 1024;

/** The height of the blocks' numbers and the radius of a marker, in screen pixels. */
const NUMBER = 12;
const SMALLEST_NUMBER = 9;
const MARKER = 4.5;

const curves = { 16: curve(16), 256: curve(256) };

/** The number of cells along an edge; at the last zoom step, each is one address. */
const sideOf = ({ bits }: Block): 16 | 256 => (bits === 24 ? 16 : 256);

const partOf = (block: Block, bits: number, step: number): Block => {
  return { first: block.first + step * sizeOf({ first: 0, bits: block.bits + bits }), bits: block.bits + bits };
};

/** The enclosing block, one zoom step further out. */
function outerOf({ first, bits }: Block): Block {
  const size = sizeOf({ first: 0, bits: bits - STEP });
  return { first: Math.floor(first / size) * size, bits: bits - STEP };
}

export function HilbertMap({ block, stretches, changes, onPoint, onZoom }: HilbertMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // The block that the keyboard or the pointer is at, as a step of the 16 × 16 curve.
  const [cursor, setCursor] = useState<number | undefined>(undefined);
  const tapped = useRef<number>(undefined);
  const dark = useDarkness();

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context && canvas.current)
      draw(context, getComputedStyle(canvas.current), { block, stretches, changes }, cursor);
    // `dark` is a dependency because the colours depend on the colour scheme.
  }, [block, stretches, changes, cursor, dark]);

  const at = (event: MouseEvent, side: number) => {
    const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const cell = (offset: number, length: number) =>
      Math.min(side - 1, Math.max(0, Math.floor((offset / length) * side)));
    return stepOf(side, { x: cell(event.clientX - left, width), y: cell(event.clientY - top, height) });
  };
  /** Zooms into a block and points at one of its parts; undefined points at nothing. */
  const zoom = (step: number, next: number | undefined) => {
    if (block.bits + STEP > 24) return;
    const inner = partOf(block, STEP, step);
    onZoom(inner);
    setCursor(next);
    onPoint(next === undefined ? undefined : partOf(inner, STEP, next));
  };
  /** Zooms out and points at the block that was in view. */
  const zoomOut = () => {
    if (block.bits === 0) return;
    const outer = outerOf(block);
    onZoom(outer);
    setCursor((block.first - outer.first) / sizeOf(block));
    onPoint(block);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const { x, y } = pointOf(GRID, cursor ?? 0);
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const move = moves[event.key];
    if (move) {
      const clamp = (n: number) => Math.min(GRID - 1, Math.max(0, n));
      const step = cursor === undefined ? 0 : stepOf(GRID, { x: clamp(x + move[0]), y: clamp(y + move[1]) });
      setCursor(step);
      onPoint(partOf(block, STEP, step));
    } else if (event.key === "Enter" && cursor !== undefined) zoom(cursor, 0);
    else if (event.key === "Escape") zoomOut();
    else return;
    event.preventDefault();
  };

  return (
    <div
      class="map"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move within it
      tabIndex={0}
      aria-roledescription="map"
      aria-label={`Map of ${formatBlock(block)}: arrow keys move between its 256 blocks, Enter zooms in, Escape zooms out`}
      onKeyDown={onKeyDown}
      onMouseMove={(event) => {
        if (isTouch()) return;
        const side = sideOf(block);
        setCursor(at(event, GRID));
        onPoint(partOf(block, side === 16 ? STEP : 2 * STEP, at(event, side)));
      }}
      onMouseLeave={() => {
        if (isTouch()) return;
        setCursor(undefined);
        onPoint(undefined);
      }}
      onClick={(event) => {
        const step = at(event, GRID);
        // On a touch screen the first tap points, the second zooms.
        if (isTouch() && step !== tapped.current) {
          tapped.current = step;
          setCursor(step);
          const side = sideOf(block);
          onPoint(partOf(block, side === 16 ? STEP : 2 * STEP, at(event, side)));
        } else {
          tapped.current = undefined;
          // A mouse is now over another block; a finger has left.
          zoom(step, isTouch() ? undefined : step);
        }
      }}
    >
      <canvas ref={canvas} width={PIXELS} height={PIXELS} />
    </div>
  );
}

type Scene = Pick<HilbertMapProps, "block" | "stretches" | "changes">;

function draw(
  context: CanvasRenderingContext2D,
  style: CSSStyleDeclaration,
  scene: Scene,
  cursor: number | undefined,
): void {
  const colour = (name: string) => style.getPropertyValue(name).trim();
  context.imageSmoothingEnabled = false;
  context.clearRect(0, 0, PIXELS, PIXELS);
  context.drawImage(paintCells(scene, colour), 0, 0, PIXELS, PIXELS);

  const cell = PIXELS / GRID;
  context.strokeStyle = colour("--grid");
  context.lineWidth = 1;
  context.beginPath();
  for (let i = 1; i < GRID; i++) {
    context.moveTo(i * cell + 0.5, 0);
    context.lineTo(i * cell + 0.5, PIXELS);
    context.moveTo(0, i * cell + 0.5);
    context.lineTo(PIXELS, i * cell + 0.5);
  }
  context.stroke();

  // The label is the block's last relevant octet: 10 at /0 is 10.0.0.0/8.
  const scale = PIXELS / Math.max(1, context.canvas.clientWidth);
  // Three digits and a dot must fit into a block, even on a small screen.
  const size = Math.min(NUMBER * scale, Math.max(SMALLEST_NUMBER * scale, cell / 3));
  context.font = `600 ${size}px ${colour("--mono")}`;
  context.textBaseline = "top";
  context.fillStyle = colour("--label");
  context.strokeStyle = colour("--halo");
  context.lineWidth = 2 * scale;
  context.lineJoin = "round";
  const margin = Math.max(3, (cell - size * 2.4) / 4);
  for (let step = 0; step < GRID * GRID; step++) {
    const { x, y } = pointOf(GRID, step);
    // The dot stands for the prefix in the trail; a small screen has no room for it.
    const name = `${scene.block.bits === 0 || scale > 1.8 ? "" : "."}${step}`;
    context.strokeText(name, x * cell + margin, y * cell + margin);
    context.fillText(name, x * cell + margin, y * cell + margin);
  }
  drawMarkers(context, scene, colour, MARKER * scale);
  if (cursor === undefined) return;
  const { x, y } = pointOf(GRID, cursor);
  context.strokeStyle = colour("--text");
  context.lineWidth = 4;
  context.strokeRect(x * cell + 2, y * cell + 2, cell - 4, cell - 4);
}

/** Draws markers where squares would be too small to see. */
function drawMarkers(
  context: CanvasRenderingContext2D,
  { block, stretches, changes }: Scene,
  colour: (name: string) => string,
  radius: number,
): void {
  const side = sideOf(block);
  const cell = PIXELS / side;
  for (const { at, look } of markersIn(block, stretches, changes, side * side)) {
    const { x, y } = pointOf(side, at);
    context.beginPath();
    const within = (place: number) => Math.min(PIXELS - radius, Math.max(radius, (place + 0.5) * cell));
    context.arc(within(x), within(y), radius, 0, 2 * Math.PI);
    context.fillStyle = colour(`--${look}`);
    context.fill();
    context.lineWidth = radius / 2.5;
    context.strokeStyle = colour("--label");
    context.stroke();
  }
}

/** Paints one pixel per cell; in a comparison, unchanged cells are dimmed and changes stand out. */
function paintCells({ block, stretches, changes }: Scene, colour: (name: string) => string): HTMLCanvasElement {
  const side = sideOf(block);
  const count = side * side;
  const looks = looksOf(stretches, block, count);
  const changed = changes && changesIn(changes, block, count);
  const small = document.createElement("canvas");
  small.width = side;
  small.height = side;
  const context = small.getContext("2d");
  if (!context) return small;
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  const palette = LOOKS.map((look) => pixelOf(colour(`--${look}`), changed ? 0x70 : 0xff));
  const bright = pixelOf(colour("--changed"), 0xff);
  for (const [d, point] of curves[side].entries()) {
    const pixel = changed?.[d] ? bright : (palette[looks[d] ?? 0] ?? 0);
    pixels[(point >> 16) * side + (point & 0xffff)] = pixel;
  }
  context.putImageData(image, 0, 0);
  return small;
}

/** `#rrggbb` and an opacity as a pixel of ImageData, whose bytes are red, green, blue, alpha. */
function pixelOf(hex: string, alpha: number): number {
  const rgb = Number.parseInt(hex.slice(1), 16);
  return ((alpha << 24) | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
}

/** Whether the colour scheme is dark. Rerenders when that changes. */
function useDarkness(): boolean {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const change = () => setDark(query.matches);
    query.addEventListener("change", change);
    return () => query.removeEventListener("change", change);
  });
  return dark;
}
