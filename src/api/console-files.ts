import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerNotFound } from './errors.ts';
import type { App } from './parts.ts';

const notBuilt = `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>值守 zhishou</title>
<h1>值守 zhishou</h1>
<p>The gateway runs. Its console is not built; <code>npm run prepare</code> builds it.</p>
<p>网关正在运行，控制台页面尚未构建。</p>
`;

const isPage = ({ method, url, headers }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  !/^\/(api|mqtt)(\/|\?|$)/.test(url) &&
  // A file that is missing must not be answered with a page, or a browser runs HTML as a script.
  !/\.\w+(\?|$)/.test(url) &&
  // A probe that asks for /health must hear that there is none; only a browser asks for any page by its name.
  (/^\/(wall\/?)?(\?|$)/.test(url) || /text\/html/.test(headers.accept ?? ''));

/** Serves the built console: its page for every path that is neither the API's nor a file where text/html is asked for, a plain page where it is not built. */
export const consoleFiles = async (app: App, dir: string | null): Promise<void> => {
  const built = dir !== null && existsSync(join(dir, 'index.html'));
  if (built)
    await app.register(fastifyStatic, {
      root: dir,
      cacheControl: false,
      setHeaders: (reply, path) => {
        // Vite names what lies in assets/ by its content.
        const named = path.includes(`${sep}assets${sep}`);
        reply.header('cache-control', named ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  const page = (reply: FastifyReply): FastifyReply =>
    built
      ? reply.sendFile('index.html')
      : reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(notBuilt);
  app.setNotFoundHandler((request, reply) =>
    !request.ws && isPage(request) ? page(reply) : answerNotFound(request, reply),
  );
};
