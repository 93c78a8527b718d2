import { z } from 'zod';

// The page's own rules forbid making code from text, which zod tries for speed as soon as a schema is made.
z.config({ jitless: true });
