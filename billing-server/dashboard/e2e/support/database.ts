import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An empty database of one test's own, on the PostgreSQL of `scripts/postgres.sh run`. */
export class Database {
  private constructor(
    readonly url: string,
    private readonly name: string,
  ) {}

  static async create(): Promise<Database> {
    const name = `dashboard_${randomUUID().replaceAll('-', '')}`;
    await ask(`CREATE DATABASE ${name}`);
    const url = new URL(server());
    url.pathname = `/${name}`;
    return new Database(url.href, name);
  }

  async drop() {
    await ask(`DROP DATABASE ${this.name} WITH (FORCE)`);
  }
}

function server(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error('TEST_DATABASE_URL is not set: run this through "scripts/postgres.sh run"');
  return url;
}

async function ask(statement: string) {
  const psql = process.env.TEST_POSTGRES_BIN ? join(process.env.TEST_POSTGRES_BIN, 'psql') : 'psql';
  await run(psql, [server(), '--no-psqlrc', '--quiet', '--command', statement]);
}
