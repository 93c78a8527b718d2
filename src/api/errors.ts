import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { type FaultCode, faults, type Refusal } from '../model/fault.ts';

/** A refusal on its way to the client: thrown by hooks and routes, turned into an answer by `answerError`. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;
  /** When asking again makes sense, in ms from now; null = asking again changes nothing. */
  readonly retryAfterMs: number | null;
  constructor(refusal: Refusal, retryAfterMs: number | null = null) {
    super(refusal.message);
    this.refusal = refusal;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Ends the request with a refusal. */
export const refuse = (code: FaultCode, message: string, details?: Refusal['details']): never => {
  throw new Refused(details === undefined ? { code, message } : { code, message, details });
};

const bodyOf = ({ code, message, details }: Refusal): { readonly error: Refusal } => ({
  error: details === undefined ? { code, message } : { code, message, details },
});

const send = (reply: FastifyReply, refusal: Refusal): FastifyReply =>
  reply
    .code(faults[refusal.code])
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(bodyOf(refusal)));

/** What a thrown value is to the client; null = it is a fault of ours and its text stays here. */
const refusalOf = (error: unknown): Refusal | null => {
  if (error instanceof Refused) return error.refusal;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? 'request';
    const problems = error.validation.map(({ instancePath, message }) => ({
      path: [where, ...instancePath.split('/').filter((step) => step !== '')].join('.'),
      message: message ?? 'is not valid',
    }));
    return {
      code: 'bad-request',
      message: problems.map(({ path, message }) => `${path}: ${message}`).join('; '),
      details: { problems },
    };
  }
  const { statusCode, code, message } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return { code: 'payload-too-large', message: 'The body is too large.' };
  if (statusCode === 404) return { code: 'not-found', message: 'There is nothing here.' };
  if (statusCode === 403) return { code: 'not-allowed', message: 'That is not allowed.' };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return { code: 'bad-request', message: message ?? 'The request cannot be read.' };
  return null;
};

/** The one error handler: `{"error":{code,message,details?}}` with the status that the code stands for; never a stack. */
export const answerError = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const refusal = refusalOf(error);
  if (error instanceof Refused && error.retryAfterMs !== null)
    reply.header('retry-after', Math.max(1, Math.ceil(error.retryAfterMs / 1000)));
  if (refusal !== null) return send(reply, refusal);
  request.log.error(
    { err: error, method: request.method, route: request.routeOptions.url },
    'a request failed',
  );
  return send(reply, {
    code: 'internal',
    message: `The gateway made a mistake; its log has it under ${request.id}.`,
  });
};

/** The answer to a path that does not exist. */
export const answerNotFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  send(reply, { code: 'not-found', message: `There is no ${request.method} ${request.url.split('?')[0]}.` });

/** The answer, as raw HTTP, to what is no HTTP. */
export const malformedRequest = ((): string => {
  const body = JSON.stringify(bodyOf({ code: 'bad-request', message: 'That is no HTTP request.' }));
  return `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
})();
