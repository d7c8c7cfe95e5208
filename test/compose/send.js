// Sends the requests that stand on standard input, sixteen at a time, and prints each one's status, headers and body.
// Plain JavaScript, because it runs alone: inside the network of the containers.
let text = '';
for await (const chunk of process.stdin) text += chunk;
const requests = JSON.parse(text);
const answers = [];
const send = async (start) => {
  for (let index = start; index < requests.length; index += 16) {
    const { url, ...init } = requests[index];
    const response = await fetch(url, init);
    answers[index] = {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  }
};
await Promise.all(Array.from({ length: 16 }, (_, start) => send(start)));
console.log(JSON.stringify(answers));
