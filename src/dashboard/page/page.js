import { element, fillFacts, prepend } from './elements.js';
import { clock, duration } from './format.js';
import { PipelineCard } from './pipeline-card.js';

const cards = new Map();
const at = (id) => document.getElementById(id);
/** The clock of the device, which may differ from the one here. */
let clockOffsetMs = 0;

function cardOf(name) {
  let card = cards.get(name);
  if (!card) {
    card = new PipelineCard(name);
    cards.set(name, card);
    at('pipelines').append(card.node);
  }
  return card;
}

function remove(name) {
  cards.get(name)?.node.remove();
  cards.delete(name);
}

/** What a screen reader is told: changes of state and faults, not every result. */
const announce = (text) => prepend(at('announcer'), element('span', text), 5);

const receive = {
  snapshot(snapshot) {
    clockOffsetMs = snapshot.now - Date.now();
    at('thing').textContent = snapshot.thing;
    document.title = `${snapshot.thing} – Greengrass MLI`;
    for (const name of cards.keys()) if (!snapshot.pipelines.some((view) => view.name === name)) remove(name);
    for (const view of snapshot.pipelines) cardOf(view.name).restore(view);
    at('fault-list').replaceChildren();
    for (const fault of snapshot.faults) addFault(fault);
    receive.vitals(snapshot.vitals);
  },
  result: ({ pipeline, result }) => cardOf(pipeline).addResult(result),
  action: ({ pipeline, action }) => cardOf(pipeline).addAction(action),
  status({ pipeline, status }) {
    if (!status) return remove(pipeline);
    const card = cardOf(pipeline);
    const chip = card.node.querySelector('.state');
    if (chip.dataset.state !== status.state) announce(`${pipeline} is ${status.state}`);
    card.setStatus(status);
  },
  fault(fault) {
    addFault(fault);
    announce(`Fault of ${fault.pipeline ?? 'the component'}: ${fault.message}`);
  },
  vitals({ nucleus, uptimeSeconds, memoryMegabytes, spool, feedback }) {
    fillFacts(at('vitals'), [
      ['nucleus', nucleus],
      ['up', duration(uptimeSeconds)],
      ['memory', `${Math.round(memoryMegabytes)} MB`],
      ...(spool ? [['spool', `${spool.depth} waiting, ${spool.lost} lost`]] : []),
      ...(feedback ? [['feedback', feedbackText(feedback)]] : []),
    ]);
  },
};

const feedbackText = ({ done, queued, refused, lost }) =>
  `${done} done, ${queued} queued, ${refused} refused${lost > 0 ? `, ${lost} lost` : ''}`;

/** The same fault in a row is one entry with a count. */
function addFault({ at: time, pipeline, code, message, remedy, count }) {
  const list = at('fault-list');
  const key = `${pipeline ?? ''} ${code} ${message}`;
  const same = [...list.children].find(({ dataset }) => dataset.key === key);
  same?.remove();
  const item = element('li', element('time', clock(time)));
  item.dataset.key = key;
  item.dataset.at = String(time);
  item.append(
    element('strong', pipeline ? `${pipeline}: ${code}` : code),
    count > 1 ? ` (${count} times) ` : ' ',
    message,
  );
  if (remedy) item.append(element('span', `→ ${remedy}`, { class: 'remedy' }));
  prepend(list, item, 50);
}

function tick() {
  const now = Date.now() + clockOffsetMs;
  for (const card of cards.values()) card.tick(now);
  for (const item of at('fault-list').children) if (now - Number(item.dataset.at) > 3_600_000) item.remove();
  at('no-faults').hidden = at('fault-list').children.length > 0;
}

function setLink(state, text) {
  const chip = at('link');
  if (chip.dataset.state === state) return;
  chip.dataset.state = state;
  chip.textContent = text;
}

const events = new EventSource('events');
events.onopen = () => setLink('connected', 'live');
// The browser tries again by itself, and gets everything anew.
events.onerror = () => setLink('lost', 'no connection to the component; trying again');
for (const [name, handle] of Object.entries(receive)) {
  events.addEventListener(name, ({ data }) => {
    handle(JSON.parse(data));
    tick();
  });
}
setInterval(tick, 1000);
