import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Database } from './database';

const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 10_000;
const ANY_PORT = '127.0.0.1:0';
const { PATH, HOME } = process.env;

export interface ServerOptions {
  /** Whether Stripe's form stands in our page, or payments are made on the simulator's own. */
  stripeForm: 'hosted' | 'elements';
  /** Where the books are kept. */
  database: 'sqlite' | 'postgres';
}

/** The server under test: the real one, in sandbox mode, with a folder of its own. */
export interface Server {
  readonly url: string;
  /** The simulated payment companies. */
  readonly stripeUrl: string;
  readonly fondyUrl: string;
  /** A token of the demo user, for calls beside the browser. */
  readonly token: string;
}

/** One that a test may stop and start again: it goes on where it stopped, at the same addresses. */
export class Sandbox implements Server {
  url = '';
  stripeUrl = '';
  fondyUrl = '';
  token = '';
  #process: ChildProcess | null = null;
  #log: Buffer[] = [];

  private constructor(
    private readonly folder: string,
    private readonly options: ServerOptions,
    private readonly database: Database | null,
  ) {}

  static async create(options: ServerOptions): Promise<Sandbox> {
    const database = options.database === 'postgres' ? await Database.create() : null;
    const sandbox = new Sandbox(await mkdtemp(join(tmpdir(), 'billing-e2e-')), options, database);
    await sandbox.start();
    return sandbox;
  }

  get log(): string {
    return Buffer.concat(this.#log).toString();
  }

  async start() {
    const child = spawn(binary(), this.#arguments(), {
      // Nothing of the environment may change what is tested.
      env: { PATH, HOME, ...this.#databaseUrl(), ...anotherBuild() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#log.push(chunk));
    }
    await this.#untilReady(child);
  }

  async stop() {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(STOP_WITHIN_MS)]);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await ended;
    }
  }

  async remove() {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
    await this.database?.drop();
  }

  #databaseUrl() {
    return this.database ? { DATABASE_URL: this.database.url } : {};
  }

  #arguments(): string[] {
    const at = (url: string) => (url ? new URL(url).host : ANY_PORT);
    const form = this.options.stripeForm === 'elements' ? ['--stripe-form', 'elements'] : [];
    return [
      ...['sandbox', '--no-demo-history', '--dir', this.folder, '--bind', at(this.url)],
      ...['--stripe-bind', at(this.stripeUrl), '--fondy-bind', at(this.fondyUrl)],
      ...form,
    ];
  }

  async #untilReady(child: ChildProcess) {
    const giveUpAt = Date.now() + START_WITHIN_MS;
    while (Date.now() < giveUpAt) {
      if (child.exitCode !== null) break;
      if (await this.#readAddresses()) {
        const answer = await fetch(new URL('/readyz', this.url)).catch(() => null);
        if (answer?.ok) return;
      }
      await sleep(50);
    }
    await this.stop();
    throw new Error(`the sandbox did not get ready:\n${this.log}`);
  }

  /** The sandbox writes where it is, for shells. */
  async #readAddresses(): Promise<boolean> {
    const text = await readFile(join(this.folder, 'env'), 'utf8').catch(() => '');
    const values = new Map(
      [...text.matchAll(/^export (\w+)='([^']*)'$/gm)].map((match) => [match[1], match[2]]),
    );
    this.url = values.get('BILLING_URL') ?? '';
    this.stripeUrl = values.get('STRIPE_URL') ?? '';
    this.fondyUrl = values.get('FONDY_URL') ?? '';
    this.token = values.get('TOKEN') ?? '';
    return this.url !== '' && this.token !== '';
  }
}

/** A dashboard that is not the one within the server. */
function anotherBuild() {
  const folder = process.env.BILLING_DASHBOARD_DIR;
  return folder ? { BILLING_DASHBOARD_DIR: folder } : {};
}

/** The server to test: named by `BILLING_SERVER`, else as cargo has built it. */
function binary(): string {
  const target =
    process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../../target', import.meta.url));
  const path = process.env.BILLING_SERVER ?? join(target, 'debug', 'billing-server');
  if (!existsSync(path)) {
    throw new Error(
      `there is no server at ${path}: build it with "cargo build -p billing-server", or name one in BILLING_SERVER`,
    );
  }
  return path;
}
