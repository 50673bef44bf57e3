// Keeps pages from submitting their forms by themselves, and keeps a way to do it for us.
const native = HTMLFormElement.prototype.submit;
Object.defineProperty(window, 'rpcheckSubmit', { value: (form) => native.call(form) });
HTMLFormElement.prototype.submit = function () {};
HTMLFormElement.prototype.requestSubmit = function () {};
const click = HTMLElement.prototype.click;
HTMLElement.prototype.click = function () {
  if (!(this.form && this.type === 'submit')) click.call(this);
};
