/** Shows things on a chart that is in the page, by setting classes: it is never drawn again. */
import { type ArrowName, type Lighting, whateverLeadsTo, withParents } from './lighting.ts';

/** How long something flows along an arrow, milliseconds. */
const FLOW_MS = 700;
/** How much of an arrow flows, of its `pathLength` of 100. */
const FLOW_LENGTH = 24;

interface Arrow {
  /** The line, and the texts that say why: two groups with the same names. */
  readonly groups: Element[];
  readonly flow: SVGElement | null;
  animation: Animation | null;
}

const DARK: Lighting = {
  current: undefined,
  taken: undefined,
  visited: new Set(),
  way: [],
  running: new Set(),
};

const keyOf = (from: string, transition: string): string => `${from} ${transition}`;

export class ChartPainter {
  readonly #states = new Map<string, Element>();
  readonly #services = new Map<string, Element>();
  readonly #labels: Element[];
  readonly #arrows = new Map<string, Arrow>();
  readonly #all: Arrow[];
  readonly #reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)');

  constructor(svg: Element) {
    for (const state of svg.querySelectorAll('[data-state]'))
      this.#states.set(state.getAttribute('data-state') ?? '', state);
    for (const service of svg.querySelectorAll('[data-service]'))
      this.#services.set(service.getAttribute('data-service') ?? '', service);
    this.#labels = [...svg.querySelectorAll('[data-transition]')];
    for (const group of svg.querySelectorAll('[data-transitions]')) this.#add(group);
    this.#all = [...new Set(this.#arrows.values())];
  }

  /** Lights what one actor did; nothing for `null`. */
  light(lighting: Lighting | null): void {
    const { current, taken, visited, way, running } = lighting ?? DARK;
    const around = new Set(current === undefined ? [] : withParents(current));
    const been = new Set([...visited].flatMap(withParents));
    for (const [id, state] of this.#states) {
      state.classList.toggle('current', id === current);
      state.classList.toggle('around', id !== current && around.has(id));
      state.classList.toggle('visited', been.has(id));
    }
    // A service is told to have stopped after the transition that stopped it.
    for (const [id, service] of this.#services)
      service.classList.toggle('running', running.has(id) && around.has(stateAround(service)));
    this.#lightArrows(taken, way);
  }

  /** How many actors are in each state; `null` takes the numbers away. */
  count(counts: ReadonlyMap<string, number> | null): void {
    for (const [id, state] of this.#states) {
      const n = counts?.get(id) ?? 0;
      state.classList.toggle('peopled', n > 0);
      const text = state.querySelector('.count text');
      const shown = n > 9_999 ? `${Math.floor(n / 1_000)}k` : String(n);
      if (text && text.textContent !== shown) text.textContent = shown;
    }
  }

  /** Shows that an arrow was taken: once along it, or lit for that time where nothing may move. */
  flow(name: ArrowName): void {
    const arrow = this.#find(name);
    // Whoever takes an arrow a hundred times a second is seen taking it, not starting to.
    if (!arrow?.flow || arrow.animation) return;
    const still = [{ strokeDashoffset: 0 }, { strokeDashoffset: 0 }];
    const moving = [{ strokeDashoffset: FLOW_LENGTH }, { strokeDashoffset: -100 }];
    const frames = this.#reducedMotion.matches ? still : moving;
    const animation = arrow.flow.animate(frames, { duration: FLOW_MS, easing: 'ease-in-out' });
    arrow.animation = animation;
    mark(arrow, 'flowing', true);
    const end = (): void => {
      if (arrow.animation !== animation) return;
      arrow.animation = null;
      mark(arrow, 'flowing', false);
    };
    animation.addEventListener('finish', end);
    animation.addEventListener('cancel', end);
  }

  /** Nothing flows any more. */
  rest(): void {
    for (const { animation } of this.#all) animation?.cancel();
  }

  stateElement(id: string): Element | undefined {
    return this.#states.get(id);
  }

  #lightArrows(taken: ArrowName | undefined, way: readonly ArrowName[]): void {
    const last = taken && this.#find(taken);
    const been = new Set(way.map((name) => this.#find(name)));
    for (const arrow of this.#all) {
      mark(arrow, 'taken', arrow === last);
      mark(arrow, 'visited', been.has(arrow));
    }
    for (const label of this.#labels) {
      const isReason = label.getAttribute('data-transition') === taken?.transition;
      label.classList.toggle('why', isReason && last?.groups.some((g) => g.contains(label)));
    }
  }

  /** What is drawn from a state is taken by actors in any state inside it. */
  #find({ from, transition }: ArrowName): Arrow | undefined {
    for (const state of withParents(from)) {
      const arrow = this.#arrows.get(keyOf(state, transition));
      if (arrow) return arrow;
    }
    return undefined;
  }

  #add(group: Element): void {
    const from = group.getAttribute('data-from') ?? '';
    const ids = group.getAttribute('data-transitions')?.split(' ') ?? [];
    for (const transition of [...ids, whateverLeadsTo(group.getAttribute('data-to') ?? '')]) {
      const key = keyOf(from, transition);
      const flow = group.querySelector<SVGElement>('.flow');
      const known = this.#arrows.get(key);
      if (known) {
        known.groups.push(group);
        continue;
      }
      const first = [...this.#arrows.values()].find(({ groups }) => groups.includes(group));
      this.#arrows.set(key, first ?? { groups: [group], flow, animation: null });
    }
  }
}

const stateAround = (element: Element): string =>
  element.closest('[data-state]')?.getAttribute('data-state') ?? '';

const mark = ({ groups }: Arrow, name: string, is: boolean): void => {
  for (const group of groups) group.classList.toggle(name, is);
};
