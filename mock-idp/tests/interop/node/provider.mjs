// The provider under test, told through its control API what a case needs.

export const issuer = process.env.ISSUER;
const control = process.env.CONTROL;

async function tell(method, path, body) {
  const response = await fetch(`${control}/tenants/_default${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

export const register = (client) => tell('POST', '/clients', client);
export const signIn = (user) => tell('PUT', '/policy', { policy: 'auto', user });
export const ask = () => tell('PUT', '/policy', { policy: 'ask' });

// Runs the case that the command line names, and says what came of it in one line of JSON.
export async function run(cases) {
  const [name] = process.argv.slice(2);
  if (!cases[name]) {
    console.error(`no case "${name}"; there are: ${Object.keys(cases).join(', ')}`);
    process.exit(2);
  }
  try {
    const told = await cases[name]();
    console.log(JSON.stringify({ case: name, told: told ?? null }));
    process.exit(0);
  } catch (error) {
    console.error(error);
    for (let { cause } = error; cause; { cause } = cause) console.error('because of', cause);
    process.exit(1);
  }
}

export function equal(actual, expected, what) {
  const [one, two] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one !== two) throw new Error(`${what} is ${one}, and should be ${two}`);
}
