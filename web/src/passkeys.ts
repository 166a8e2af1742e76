// Passkeys (WebAuthn). <button data-passkey-register="URL"> or <button data-passkey-sign-in="URL"> in a form, or a form
// that has the attribute itself: the options come from URL (POST with the form's `csrf`), the browser asks the person,
// and the answer goes to the form's action as its field `response`, as JSON of the specification's section 5.1. Where the
// browser has no passkeys, these elements are hidden and [data-passkey-missing] is shown.
// The conversions are written out: older browsers lack parseCreationOptionsFromJSON and toJSON, and one way for all is
// one way to test.
import { text as words } from './texts';

type Ceremony = 'register' | 'sign-in';

interface DescriptorJson {
  type: 'public-key';
  id: string;
  transports?: AuthenticatorTransport[];
}
interface CreationJson extends Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials: DescriptorJson[];
}
interface RequestJson extends Omit<PublicKeyCredentialRequestOptions, 'challenge' | 'allowCredentials'> {
  challenge: string;
  allowCredentials: DescriptorJson[];
}

/// Something that is said to the reader as it stands.
class Refusal extends Error {}

function decode(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function encode(buffer: ArrayBuffer): string {
  let binary = '';
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

const descriptors = (list: DescriptorJson[]): PublicKeyCredentialDescriptor[] =>
  list.map((each) => ({ ...each, id: decode(each.id) }));

async function register(options: CreationJson): Promise<object> {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: decode(options.challenge),
      user: { ...options.user, id: decode(options.user.id) },
      excludeCredentials: descriptors(options.excludeCredentials),
    },
  });
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException('no credential', 'NotAllowedError');
  const response = credential.response as AuthenticatorAttestationResponse;
  return answer(credential, {
    clientDataJSON: encode(response.clientDataJSON),
    attestationObject: encode(response.attestationObject),
    transports: response.getTransports?.() ?? [],
  });
}

async function signIn(options: RequestJson): Promise<object> {
  const credential = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: decode(options.challenge),
      allowCredentials: descriptors(options.allowCredentials),
    },
  });
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException('no credential', 'NotAllowedError');
  const response = credential.response as AuthenticatorAssertionResponse;
  return answer(credential, {
    clientDataJSON: encode(response.clientDataJSON),
    authenticatorData: encode(response.authenticatorData),
    signature: encode(response.signature),
    ...(response.userHandle?.byteLength ? { userHandle: encode(response.userHandle) } : {}),
  });
}

function answer(credential: PublicKeyCredential, response: object): object {
  const id = encode(credential.rawId);
  const { credProps } = credential.getClientExtensionResults();
  return { id, rawId: id, type: credential.type, response, clientExtensionResults: credProps ? { credProps } : {} };
}

async function fetchOptions(url: string, form: HTMLFormElement): Promise<unknown> {
  const csrf = form.querySelector<HTMLInputElement>('input[name="csrf"]')?.value ?? '';
  let reply: Response;
  try {
    reply = await fetch(url, {
      method: 'POST',
      headers: { Accept: 'application/json' },
      body: new URLSearchParams({ csrf }),
      credentials: 'same-origin',
      redirect: 'error',
    });
  } catch {
    throw new Refusal(words('passkey-no-answer'));
  }
  const body: unknown = await reply.json().catch(() => null);
  if (!reply.ok) {
    // A problem document (RFC 9457).
    const detail = (body as { detail?: unknown } | null)?.detail;
    throw new Refusal(typeof detail === 'string' ? detail : words('passkey-refused'));
  }
  return body;
}

function show(form: HTMLFormElement, text: string): void {
  let alert = form.querySelector<HTMLElement>('[role="alert"]');
  if (!alert) {
    alert = document.createElement('p');
    alert.className = 'callout callout-error';
    alert.setAttribute('role', 'alert');
    form.prepend(alert);
  }
  alert.textContent = text;
  alert.hidden = text === '';
}

function put(form: HTMLFormElement, text: string): void {
  let field = form.querySelector<HTMLInputElement>('input[name="response"]');
  if (!field) {
    field = document.createElement('input');
    field.type = 'hidden';
    field.name = 'response';
    form.append(field);
  }
  field.value = text;
}

async function run(ceremony: Ceremony, url: string, form: HTMLFormElement): Promise<void> {
  try {
    const options = await fetchOptions(url, form);
    const made = ceremony === 'register' ? register(options as CreationJson) : signIn(options as RequestJson);
    put(form, JSON.stringify(await made));
    // Not requestSubmit: that would come back to us. By the prototype, for a field may be called "submit".
    HTMLFormElement.prototype.submit.call(form);
  } catch (error) {
    if (error instanceof Refusal) {
      show(form, error.message);
      return;
    }
    const known = error instanceof DOMException ? words(`passkey-${error.name}`) : '';
    if (known === '') console.error(error);
    show(form, known || words('passkey-failed'));
  }
}

function start(element: HTMLElement, ceremony: Ceremony, url: string): void {
  const form = element.closest('form');
  if (!form) return;
  let busy = false;
  element.addEventListener(element === form ? 'submit' : 'click', (event) => {
    event.preventDefault();
    const validates = !(element instanceof HTMLButtonElement && element.formNoValidate);
    if (busy || (validates && !form.reportValidity())) return;
    busy = true;
    form.setAttribute('aria-busy', 'true');
    show(form, '');
    void run(ceremony, url, form).finally(() => {
      busy = false;
      form.removeAttribute('aria-busy');
    });
  });
}

export function startPasskeys(): void {
  const supported = 'PublicKeyCredential' in window && 'credentials' in navigator;
  for (const element of document.querySelectorAll<HTMLElement>('[data-passkey-missing]')) element.hidden = supported;
  for (const element of document.querySelectorAll<HTMLElement>('[data-passkey-register], [data-passkey-sign-in]')) {
    const { passkeyRegister, passkeySignIn } = element.dataset;
    element.hidden = !supported;
    if (!supported) continue;
    if (passkeyRegister !== undefined) start(element, 'register', passkeyRegister);
    else if (passkeySignIn !== undefined) start(element, 'sign-in', passkeySignIn);
  }
}
