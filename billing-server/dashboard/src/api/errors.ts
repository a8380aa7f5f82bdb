import type { Dictionary } from '~/i18n/uk';

/** An answer that is not what was asked for. The interface tells it by its code. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** Of HTTP; 0 when there was no answer at all. */
    readonly status: number,
    readonly code: string,
    message: string,
    /** What support can look up. */
    readonly requestId: string | null = null,
    /** When it is worth asking again. */
    readonly retryAfterSeconds: number | null = null,
    /** The rest of the body: the amounts of a refusal. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  get isRetryable(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

export function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** The error of an answer, however little its body tells. */
export function errorOf(response: Response, body: unknown): ApiError {
  const { error, message, code, ...details } = isRecord(body) ? body : {};
  const fallback = typeof error === 'string' ? error : response.statusText;
  return new ApiError(
    response.status,
    typeof code === 'string' ? code : `HTTP_${response.status}`,
    typeof message === 'string' ? message : fallback,
    response.headers.get('x-request-id'),
    seconds(response.headers.get('retry-after')),
    details,
  );
}

export interface ErrorText {
  text: string;
  /** To quote when asking for help. */
  id: string | null;
}

/** An error for people: by its code, else in the server's own words. */
export function describeError(error: unknown, t: Dictionary): ErrorText {
  if (!(error instanceof ApiError)) return { text: t.errors.unknown, id: null };
  const codes: Record<string, string> = t.errors.codes;
  return { text: codes[error.code] ?? (error.message || t.errors.unknown), id: error.requestId };
}

function seconds(header: string | null): number | null {
  const value = Number(header);
  return header !== null && Number.isFinite(value) && value >= 0 ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
