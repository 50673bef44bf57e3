// A picture or a frame in the page. Nobody sees what it shows; it is there when it is loaded or has failed.
const [url, destination, done] = arguments;
const element = document.createElement(destination === 'iframe' ? 'iframe' : 'img');
element.onload = element.onerror = () => done({ kind: 'opaque' });
element.src = url;
document.body.append(element);
