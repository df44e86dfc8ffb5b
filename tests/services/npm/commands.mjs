// SPDX-License-Identifier: BSD-3-Clause
// A line of JSON comes in, {"do": NAME, ...}, and one goes out: what that command returns, or {"error": ...}.
import readline from 'node:readline';

// Standard output is for answers alone, and what libraries tell those who deploy them is for nobody here.
console.info = console.log = console.warn = () => {};

function answer(value) {
  process.stdout.write(`${JSON.stringify(value ?? null)}\n`);
}

// Answers until the input ends. The first line is `ready`.
export async function serve(ready, commands) {
  answer(ready);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { do: name, ...given } = JSON.parse(line);
    try {
      answer(await commands[name](given));
    } catch (error) {
      answer({ error: error.stack });
    }
  }
  process.exit();
}
