// Fills in a form of the page and submits it. Fields that the page's own controls cannot express, such as
// one name sent twice, go by a form made for the purpose: the request is the same.
const [index, fields, pressed, action, method, enctype] = arguments;
const send = window.rpcheckSubmit || ((form) => HTMLFormElement.prototype.submit.call(form));

function submits(control) {
  return !control.matches(':disabled') && ['submit', 'image'].includes(control.type);
}

function fillIn(form) {
  // form.elements leaves pictures out.
  const controls = [...document.querySelectorAll('button, input')].filter((control) => control.form === form);
  const buttons = controls.filter(submits);
  for (const control of form.elements) {
    const wanted = fields.filter(([name]) => name === control.name).map(([, value]) => value);
    if (!control.name || buttons.includes(control) || control.type === 'file') continue;
    if (['checkbox', 'radio'].includes(control.type)) control.checked = wanted.includes(control.value);
    else if (wanted.length === 1) control.value = wanted[0];
  }
  const button = pressed === null ? null : buttons[pressed];
  const entries = [...new FormData(form, button).entries()];
  if (JSON.stringify(entries) !== JSON.stringify(fields)) return false;
  form.noValidate = true;
  if (button) form.requestSubmit(button);
  else send(form);
  return true;
}

function makeByHand() {
  const form = document.createElement('form');
  Object.assign(form, { action, method, enctype, hidden: true });
  for (const [name, value] of fields) {
    const input = document.createElement('input');
    Object.assign(input, { type: 'hidden', name, value });
    form.append(input);
  }
  document.body.append(form);
  send(form);
}

const form = document.forms[index];
const asItStands = form && !window.rpcheckSubmit && form.action === action;
if (!asItStands || !fillIn(form)) makeByHand();
