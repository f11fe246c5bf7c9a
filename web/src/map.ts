// <hyd-map data-bounds="west,south,east,north"> around the server's SVG map: moves and zooms it by pointer, wheel, fingers,
// buttons and keys, and draws an area to search in. Without it the map is a picture with links.
import { liveRegion, make, words } from './words.ts';
import { type Bounds, type Point, type View, area, four, moved, zoomed } from './view.ts';

const STEP = 0.15;
const CLOSER = 0.7;
const MOST_CORNERS = 50;

export class AreaMap extends HTMLElement {
  #svg: SVGSVGElement | undefined;
  #whole: View = { x: 0, y: 0, width: 1, height: 1 };
  #view: View = this.#whole;
  #bounds: Bounds = [0, 0, 1, 1];
  #pointers = new Map<number, Point>();
  #drawing: Point[] | undefined;
  #cross: Point = { x: 0.5, y: 0.5 };
  #shape: SVGGElement | undefined;
  #draw: HTMLButtonElement | undefined;
  #finish: HTMLButtonElement | undefined;
  #status = liveRegion();

  connectedCallback(): void {
    const svg = this.querySelector<SVGSVGElement>('svg[viewBox]');
    const [box, bounds] = [four(svg?.getAttribute('viewBox') ?? null), four(this.dataset['bounds'] ?? null)];
    if (!svg || !box || !bounds || this.#svg) return;
    [this.#svg, this.#bounds] = [svg, bounds];
    this.#whole = { x: box[0], y: box[1], width: box[2], height: box[3] };
    this.#view = this.#whole;
    svg.setAttribute('tabindex', '0');
    svg.setAttribute('aria-label', words(this, 'label', 'Map: arrow keys move it, plus and minus zoom'));
    svg.addEventListener('keydown', (event) => this.#key(event));
    svg.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    svg.addEventListener('pointerdown', (event) => this.#down(event));
    svg.addEventListener('pointermove', (event) => this.#move(event));
    svg.addEventListener('pointerup', (event) => this.#up(event));
    svg.addEventListener('pointercancel', (event) => this.#pointers.delete(event.pointerId));
    this.#buttons();
    this.append(this.#status);
  }

  #buttons(): void {
    const row = make('p', { class: 'row' });
    const button = (name: string, english: string, act: () => void): HTMLButtonElement => {
      const made = make('button', { type: 'button', class: 'button second' }, words(this, name, english));
      made.addEventListener('click', act);
      row.append(made);
      return made;
    };
    button('closer', 'Zoom in', () => this.#zoom(CLOSER));
    button('farther', 'Zoom out', () => this.#zoom(1 / CLOSER));
    button('whole', 'Show all', () => this.#show(this.#whole));
    this.#draw = button('draw', 'Draw an area', () => this.#begin());
    this.#finish = button('finish', 'Search in this area', () => this.#search());
    this.#finish.hidden = true;
    this.append(row);
  }

  #show(view: View): void {
    this.#view = view;
    this.#svg?.setAttribute('viewBox', `${view.x} ${view.y} ${view.width} ${view.height}`);
    this.#paint();
  }

  #zoom(factor: number, at?: Point): void {
    this.#show(zoomed(this.#view, this.#whole, factor, at));
  }

  #key(event: KeyboardEvent): void {
    const arrows = new Map<string, [number, number]>([
      ['ArrowLeft', [-1, 0]], ['ArrowRight', [1, 0]], ['ArrowUp', [0, -1]], ['ArrowDown', [0, 1]],
    ]);
    const arrow = arrows.get(event.key);
    const taken = arrow ? this.#arrow(arrow) : this.#letter(event.key);
    if (taken) event.preventDefault();
  }

  /** Arrow keys move the cross while an area is drawn, and the map otherwise. */
  #arrow([dx, dy]: [number, number]): boolean {
    if (this.#drawing) {
      const clamp = (value: number): number => Math.min(1, Math.max(0, value));
      this.#cross = { x: clamp(this.#cross.x + dx * 0.05), y: clamp(this.#cross.y + dy * 0.05) };
      this.#paint();
    } else {
      this.#show(moved(this.#view, this.#whole, dx * STEP, dy * STEP));
    }
    return true;
  }

  #letter(key: string): boolean {
    if (key === '+' || key === '=') this.#zoom(CLOSER);
    else if (key === '-') this.#zoom(1 / CLOSER);
    else if (key === '0') this.#show(this.#whole);
    else if (this.#drawing && key === 'Enter') this.#corner(this.#cross);
    else if (this.#drawing && key === 'Backspace') this.#take();
    else if (this.#drawing && key === 'Escape') this.#begin();
    else return false;
    return true;
  }

  /** A wheel over a map that nobody chose scrolls the page. */
  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey && document.activeElement !== this.#svg) return;
    event.preventDefault();
    this.#zoom(event.deltaY < 0 ? CLOSER : 1 / CLOSER, this.#place(event));
  }

  /** Where a pointer is, in parts of what is shown. */
  #place(event: MouseEvent): Point {
    const box = this.#svg?.getBoundingClientRect();
    if (!box || box.width === 0 || box.height === 0) return { x: 0.5, y: 0.5 };
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  #down(event: PointerEvent): void {
    this.#pointers.set(event.pointerId, this.#place(event));
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (!before || this.#drawing) return;
    const now = this.#place(event);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    if (other) {
      const apart = (one: Point): number => Math.hypot(one.x - other.x, one.y - other.y);
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      if (apart(now) > 0) this.#zoom(apart(before) / apart(now), middle);
    } else {
      this.#show(moved(this.#view, this.#whole, before.x - now.x, before.y - now.y));
    }
  }

  #up(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    if (this.#drawing) this.#corner(this.#place(event));
  }

  /** Begins to draw, or gives up. */
  #begin(): void {
    this.#drawing = this.#drawing ? undefined : [];
    this.#cross = { x: 0.5, y: 0.5 };
    if (this.#draw) {
      this.#draw.textContent = this.#drawing ? words(this, 'cancel', 'Stop drawing') : words(this, 'draw', 'Draw an area');
    }
    this.#svg?.classList.toggle('drawing', this.#drawing !== undefined);
    if (this.#drawing) this.#svg?.focus();
    this.#status.textContent = this.#drawing
      ? words(this, 'how', 'Press the map at each corner, or move the cross with the arrow keys and press Enter.')
      : '';
    this.#paint();
  }

  #corner(at: Point): void {
    if (!this.#drawing || this.#drawing.length >= MOST_CORNERS) return;
    const { x, y, width, height } = this.#view;
    this.#drawing.push({ x: x + at.x * width, y: y + at.y * height });
    this.#status.textContent = words(this, 'corners', '{n} corners', this.#drawing.length);
    this.#paint();
  }

  #take(): void {
    this.#drawing?.pop();
    this.#status.textContent = words(this, 'corners', '{n} corners', this.#drawing?.length ?? 0);
    this.#paint();
  }

  #paint(): void {
    if (this.#finish) this.#finish.hidden = (this.#drawing?.length ?? 0) < 3;
    this.#shape?.remove();
    this.#shape = undefined;
    if (!this.#drawing || !this.#svg) return;
    const svg = (name: string, attributes: Record<string, string | number>): Element => {
      const element = document.createElementNS('http://www.w3.org/2000/svg', name);
      for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
      return element;
    };
    const { x, y, width, height } = this.#view;
    const [at, arm] = [{ x: x + this.#cross.x * width, y: y + this.#cross.y * height }, width / 40];
    const group = svg('g', { class: 'drawn' }) as SVGGElement;
    group.append(
      svg('polygon', { points: this.#drawing.map((corner) => `${corner.x},${corner.y}`).join(' ') }),
      ...this.#drawing.map((corner) => svg('circle', { cx: corner.x, cy: corner.y, r: width / 120 })),
      svg('path', { class: 'cross', d: `M${at.x - arm} ${at.y}H${at.x + arm}M${at.x} ${at.y - arm}V${at.y + arm}` }),
    );
    this.#svg.append(group);
    this.#shape = group;
  }

  /** Shows the homes in the area: the address of the list, with the area in it, from its first page. */
  #search(): void {
    if (!this.#drawing || this.#drawing.length < 3) return;
    const url = new URL(location.href);
    url.searchParams.set('within', area(this.#drawing, this.#whole, this.#bounds));
    url.searchParams.delete('page');
    location.assign(url);
  }
}
