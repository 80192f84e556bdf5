import {
  DefaultRenderer,
  Listr,
  ListrEventManager,
  ListrLogger,
  type ListrTask,
  ProcessOutput,
  Spinner,
} from 'listr2';

/** What one row shows. Called for every frame, so it never waits and never throws. */
export type DrawRow = (frame: Frame) => readonly string[];

export interface Frame {
  /** Columns left at the row's depth. */
  readonly width: number;
  readonly spinner: string;
}

/** A place where rows are added. */
export interface Branch {
  /** The new row stands last, and is itself a place for the rows below it. */
  add(draw: DrawRow): OpenRow;
}

export interface OpenRow extends Branch {
  /** The row and those below it are over; they stay on the screen. */
  close(): void;
}

export interface GrowingList extends Branch {
  /** Closes all rows, leaves the last picture on the screen, shows the cursor. */
  finish(): Promise<void>;
  /** The same at once and without the rows that were not drawn yet: for a process that is about to exit. */
  abandon(): void;
}

/**
 * A listr2 list that takes rows while it runs. listr2 itself takes a list's tasks when it starts them, so every list here ends in a
 * task without a title, which is not drawn: it waits for the next row, and goes on as a list of that row and another such task.
 */
export function growingList(stream: NodeJS.WriteStream): GrowingList {
  const rows = new Map<string, DrawRow>();
  const spinner = new Spinner();
  const output = new LiveSizeOutput(stream, process.stderr);
  let renderer: DefaultRenderer | undefined;
  let over = false;

  class RowRenderer extends DefaultRenderer {
    /** Whether there is a terminal is for the caller to say: it may be stderr that is one. */
    static override nonTTY = true;

    /** Only the spinner's tick draws. Drawing at every event too would cost a fast run more than the run itself. */
    constructor(
      tasks: ConstructorParameters<typeof DefaultRenderer>[0],
      options: ConstructorParameters<typeof DefaultRenderer>[1],
      _events: ListrEventManager,
    ) {
      super(tasks, options, new ListrEventManager());
      renderer = this;
    }

    override async render(): Promise<void> {
      if (!over) await super.render();
      if (over) this.end();
    }

    override update(): void {
      if (output.isHeld) super.update();
    }

    override end(): void {
      spinner.stop();
      if (output.isHeld) super.end();
    }

    protected override style(): string {
      return '';
    }

    /** A task's title is the key of its row: the text is made for the frame, at the terminal's present width. */
    protected override format(key: string, _icon: string, level: number): string[] {
      const margin = 2 * level;
      const width = Math.max(10, (stream.columns ?? 80) - margin - 1);
      const lines = rows.get(key)?.({ width, spinner: spinner.fetch() }) ?? [];
      return lines.map((line) => ' '.repeat(margin) + line);
    }
  }

  /** A row may be added while the one before it is open. */
  const atOnce = { concurrent: true } as const;

  const taskOf = ({ key, below }: Row): ListrTask => ({
    title: key,
    task: (_context, task) => task.newListr([restOf(below.first)]),
  });

  const restOf = (link: Promise<Link | undefined>): ListrTask => ({
    task: async (_context, task) => {
      const next = await link;
      return next === undefined ? undefined : task.newListr([taskOf(next.row), restOf(next.rest)], atOnce);
    },
  });

  const branch = (chain: Chain<Row>, open: Set<OpenRow>): Branch => ({
    add(draw) {
      const key = `row ${rows.size + 1}`;
      rows.set(key, draw);
      const below = chainOf<Row>();
      const openBelow = new Set<OpenRow>();
      const row: OpenRow = {
        ...branch(below, openBelow),
        close() {
          for (const each of openBelow) each.close();
          below.end();
          open.delete(row);
        },
      };
      open.add(row);
      chain.add({ key, below });
      return row;
    },
  });

  interface Row {
    readonly key: string;
    readonly below: Chain<Row>;
  }
  type Link = ChainLink<Row>;

  const root = chainOf<Row>();
  const openRows = new Set<OpenRow>();
  const list = new Listr([restOf(root.first)], {
    renderer: RowRenderer,
    rendererOptions: { collapseSubtasks: false, spinner, logger: new ListrLogger({ processOutput: output }) },
    // Its handler would exit with 127, past the journal and the undo.
    registerSignalListeners: false,
  });
  const ended = list.run();

  return {
    ...branch(root, openRows),
    async finish() {
      for (const row of openRows) row.close();
      root.end();
      await ended;
    },
    abandon() {
      over = true;
      renderer?.end();
    },
  };
}

interface ChainLink<Item> {
  readonly row: Item;
  readonly rest: Promise<ChainLink<Item> | undefined>;
}

interface Chain<Item> {
  readonly first: Promise<ChainLink<Item> | undefined>;
  add(row: Item): void;
  end(): void;
}

/** A list of promises: each settles with the next item and the promise behind it. */
function chainOf<Item>(): Chain<Item> {
  let settle: (link: ChainLink<Item> | undefined) => void = () => {};
  const nextLink = () =>
    new Promise<ChainLink<Item> | undefined>((resolve) => {
      settle = resolve;
    });
  return {
    first: nextLink(),
    add(row) {
      const settleThis = settle;
      settleThis({ row, rest: nextLink() });
    },
    end: () => settle(undefined),
  };
}

/** listr2 hands out a copy of the stream, whose size stays that of the first frame when the terminal is resized. */
class LiveSizeOutput extends ProcessOutput {
  readonly #terminal: NodeJS.WriteStream;

  constructor(terminal: NodeJS.WriteStream, alsoHeld: NodeJS.WriteStream) {
    super(terminal, alsoHeld);
    this.#terminal = terminal;
  }

  /** Whether a list is on the screen, and what others write is kept until it is over. */
  get isHeld(): boolean {
    return this.active === true;
  }

  override get stdout(): NodeJS.WriteStream {
    return Object.create(this.#terminal, {
      write: { value: this.stream.stdout.write.bind(this.stream.stdout) },
    });
  }
}
