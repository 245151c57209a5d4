// SPDX-License-Identifier: GPL-3.0-or-later
// Draws report.html from the JSON in the page. Texts of the user reach the page as text nodes only.
'use strict';
(function () {
  const errors = [];
  window.addEventListener('error', (event) => {
    errors.push(String(event.message));
    document.body.dataset.errors = String(errors.length);
  });
  document.body.dataset.errors = '0';
  const say = console.error;
  console.error = (...words) => {
    errors.push(words.join(' '));
    document.body.dataset.errors = String(errors.length);
    say.apply(console, words);
  };

  const data = JSON.parse(document.getElementById('data').textContent);
  const page = document.getElementById('page');
  // Okabe and Ito, told apart by the colour-blind.
  const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'];
  const dashes = [[], [8, 4], [2, 3], [10, 4, 2, 4], [14, 3, 2, 3, 2, 3]];
  const plots = [];

  function add(parent, tag, text, className) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    parent.appendChild(element);
    return element;
  }

  function shortNumber(value) {
    if (value === null || value === undefined) return '–';
    const size = Math.abs(value);
    if (value === 0 || (size >= 1e-3 && size < 1e5)) return String(Number(value.toPrecision(6)));
    return value.toExponential(4);
  }

  function axisNumber(value) {
    const size = Math.abs(value);
    if (value === 0 || (size >= 1e-3 && size < 1e5)) return String(Number(value.toPrecision(4)));
    return value.toExponential(0);
  }

  function frame(grid, title) {
    const box = add(grid, 'div', undefined, 'plot');
    add(box, 'h3', title);
    return box;
  }

  function height(width) {
    return Math.max(220, Math.min(340, Math.round(0.65 * width)));
  }

  // curves: [{label, values}] over x. Returns the plot.
  function draw(box, xLabel, x, curves, options) {
    const log = (options && options.log) || {};
    // a logarithmic axis over few decades needs the numbers between the powers of ten as well
    const positiveValues = curves.flatMap((c) => c.values.filter((v) => v > 0));
    const sparse = Math.max(...positiveValues) / Math.min(...positiveValues) > 100;
    const axis = (label, isLog) => ({
      label, stroke: '#333', grid: { stroke: '#e8e8e8', width: 1 }, ticks: { stroke: '#ccc' },
      size: label === null ? 70 : 50, font: '12px system-ui', labelFont: '12px system-ui',
      values: (u, splits) => splits.map((s) =>
        s === null || (isLog && sparse && !Number.isInteger(Math.round(Math.log10(s) * 1e6) / 1e6)) ? '' : axisNumber(s)),
    });
    const xAxis = axis(xLabel, false);
    const yAxis = axis(null, log.y);
    yAxis.size = 70;
    xAxis.size = 40;
    if (log.x) xAxis.values = (u, splits) => splits.map((s) => (s === null ? '' : axisNumber(s)));
    const width = box.clientWidth;
    const plot = new uPlot({
      width, height: height(width),
      scales: { x: { time: false, distr: log.x ? 3 : 1 }, y: { distr: log.y ? 3 : 1, range: options && options.range } },
      axes: [xAxis, yAxis],
      cursor: { drag: { x: true, y: true, uni: 20 } },
      series: [{ label: xLabel, value: (u, v) => shortNumber(v) }].concat(curves.map((curve, i) => ({
        label: curve.label, stroke: curve.reference ? '#777' : colours[i % colours.length], width: 1.8, spanGaps: false,
        dash: curve.reference ? (i % 2 ? [2, 3] : [8, 4]) : dashes[Math.floor(i / colours.length) % dashes.length],
        points: { show: !!(options && options.points) && !curve.reference },
        value: (u, v) => shortNumber(v),
      }))),
    }, [x].concat(curves.map((curve) => curve.values)), box);
    plots.push({ plot, box });
    return plot;
  }

  function facts(parent, title, rows) {
    const box = add(parent, 'div');
    add(box, 'h3', title);
    const table = add(box, 'table', undefined, 'facts');
    for (const [name, value] of rows) {
      const row = add(table, 'tr');
      add(row, 'td', name);
      add(row, 'td', typeof value === 'number' ? shortNumber(value) : value === null ? '–' : String(value));
    }
  }

  function source(title, text) {
    const details = add(page, 'details');
    add(details, 'summary', title);
    add(details, 'pre', text);
  }

  // ---- a run ----

  function drift(values) {
    const first = values[0];
    return values.map((v) => (v === null || first === null ? null : v - first));
  }

  // The density at a time that a slider chooses, with the initial one behind it.
  function drawDensity(grid) {
    const box = frame(grid, 'f₁(v, t): density of free particles');
    const v = data.v, records = data.f1;
    let low = 0, high = v.length - 1;
    const large = Math.max(...records.map((r) => Math.max(...r.values)));
    const seen = (i) => records.some((r) => r.values[i] > 1e-4 * large);
    while (low < high && !seen(low)) low++;
    while (high > low && !seen(high)) high--;
    const cut = (a) => a.slice(low, high + 1);
    const label = add(box, 'label', 't = ' + shortNumber(records[records.length - 1].t));
    const slider = add(box, 'input');
    slider.type = 'range';
    slider.min = '0';
    slider.max = String(records.length - 1);
    slider.value = slider.max;
    slider.setAttribute('aria-label', 'time');
    const plot = draw(box, 'v', cut(v), [
      { label: 'f₁ at this time', values: cut(records[records.length - 1].values) },
      { label: 'f₁ at t = 0', values: cut(records[0].values) }]);
    slider.addEventListener('input', () => {
      const record = records[Number(slider.value)];
      label.textContent = 't = ' + shortNumber(record.t);
      plot.setData([cut(v), cut(record.values), cut(records[0].values)]);
    });
  }

  // f_2 as a picture: white is zero, darker is larger; fourth root, since f_2 is large at the diagonal.
  function drawMap(grid) {
    const box = frame(grid, 'f₂(v₁, v₂) at t = ' + shortNumber(data.f2.t) + ' (fourth root of the density)');
    const n = data.f2.v.length, canvas = add(box, 'canvas');
    canvas.width = canvas.height = n;
    canvas.style.width = '100%';
    canvas.style.maxWidth = '420px';
    canvas.style.imageRendering = 'pixelated';
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', 'heat map of f2');
    const context = canvas.getContext('2d'), image = context.createImageData(n, n);
    const large = Math.max(...data.f2.rows.map((row) => Math.max(...row)));
    data.f2.rows.forEach((row, i) => row.forEach((value, j) => {
      const shade = value > 0 ? Math.pow(value / large, 0.25) : 0, at = 4 * ((n - 1 - j) * n + i);
      image.data[at] = Math.round(255 - 247 * shade);
      image.data[at + 1] = Math.round(255 - 207 * shade);
      image.data[at + 2] = Math.round(255 - 148 * shade);
      image.data[at + 3] = 255;
    }));
    context.putImageData(image, 0, 0);
    add(box, 'div', 'v from ' + shortNumber(data.f2.v[0]) + ' to ' + shortNumber(data.f2.v[n - 1]) +
      ' on both axes; v₁ to the right, v₂ upwards');
    plots.push({ canvas });
  }

  function showRun() {
    const columns = new Map(data.columns.map((c) => [c.name, c]));
    const t = columns.get('t').values, used = new Set(['t']);
    const curves = (names) => names.filter((n) => columns.has(n)).map((n) => {
      used.add(n);
      return { label: n, values: columns.get(n).values };
    });
    const named = (pattern) => data.columns.map((c) => c.name).filter((n) => pattern.test(n));
    add(page, 'h2', 'Plots');
    const grid = add(page, 'div', undefined, 'plots');
    const variance = columns.get('variance').values, positive = variance.every((v) => v === null || v > 0);
    used.add('variance');
    draw(frame(grid, 'V: total variance'), 't', t, [{ label: 'variance', values: variance }],
      { log: { y: positive && variance.some((v) => v !== null) } });
    if (data.f1) drawDensity(grid);
    if (data.f2) drawMap(grid);
    const groups = [
      ['Masses M_k of clusters of k', named(/^M\d+$/)],
      ['First moments I_k', named(/^I\d+$/)],
      ['Variances V_k', named(/^V\d+$/)],
      ['W and T', ['W', 'T']],
      ['Moments of f₁', named(/^f1_m\d+$/).filter((n) => Number(n.slice(4)) <= 4)],
    ];
    for (const [title, names] of groups) {
      const shown = curves(names).filter((c) => c.values.some((v) => v !== null));
      if (shown.length) draw(frame(grid, title), 't', t, shown);
    }
    draw(frame(grid, 'Conservation: change since t = 0'), 't', t, [
      { label: 'mass', values: drift(columns.get('mass').values) },
      { label: 'mean', values: drift(columns.get('mean').values) }],
      { range: (u, low, high) => [Math.min(low, -1e-15) * 1.1, Math.max(high, 1e-15) * 1.1] });
    for (const column of data.columns) {
      const rest = used.has(column.name) || /^(mass|mean|f1_m\d+|.*_se)$/.test(column.name);
      if (!rest && column.values.some((v) => v !== null))
        draw(frame(grid, column.meaning), 't', t, [{ label: column.name, values: column.values }]);
    }
    const s = data.summary;
    add(page, 'h2', 'The run');
    const boxes = add(page, 'div', undefined, 'facts-grid');
    facts(boxes, 'Conservation', Object.entries(s.conservation || {}));
    facts(boxes, 'Solver', Object.entries(s.solver || {}));
    facts(boxes, 'Details', Object.entries(s.details || {}));
    facts(boxes, 'Provenance', [['huddle', s.version], ['commit', s.git_commit], ['model hash', s.model_hash],
      ['wall time, s', s.wall_seconds], ['memory, MB', s.peak_memory_bytes / 1e6], ['state', s.state]]
      .concat(Object.entries(s.libraries || {})));
    source('The model, with all defaults', data.model);
  }

  // ---- a study ----

  function parseCsv(text) {
    const rows = [];
    for (const line of text.split('\n')) {
      if (!line) continue;
      const cells = [];
      for (const m of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g))
        cells.push(m[1] !== undefined ? m[1].replace(/""/g, '"') : m[2]);
      rows.push(cells);
    }
    return { head: rows[0], rows: rows.slice(1) };
  }

  function showStudy() {
    const { head, rows } = parseCsv(data.csv);
    const at = head.indexOf('variant'), number = (s) => (s === '' ? null : Number(s));
    const groups = new Map();
    // the parameter of a group is the one whose values change within it: the first numeric one
    const parameters = head.slice(0, at);
    const along = parameters.findIndex((p, i) =>
      new Set(rows.map((r) => r[i])).size > 1 && rows.every((r) => Number(r[i]) > 0));
    for (const row of rows) {
      const others = parameters.map((p, i) => (i === along ? '' : p + ' = ' + row[i])).filter((p) => p);
      const key = [row[at + 1]].concat(others).join(', ');
      if (!groups.has(key)) groups.set(key, new Map());
      const group = groups.get(key);
      if (!group.has(row[at])) group.set(row[at], []);
      group.get(row[at]).push([along < 0 ? group.get(row[at]).length + 1 : Number(row[along]), number(row[at + 2])]);
    }
    add(page, 'h2', 'Plots');
    const grid = add(page, 'div', undefined, 'plots');
    for (const [key, group] of groups) {
      const x = [...new Set([...group.values()].flat().map((p) => p[0]))].sort((a, b) => a - b);
      let positive = true;
      const curves = [...group].map(([label, points]) => {
        const map = new Map(points);
        const values = x.map((v) => (map.get(v) === undefined ? null : map.get(v)));
        positive = positive && values.every((v) => v === null || v > 0);
        return { label, values };
      });
      if (positive && along >= 0) {
        const low = Math.min(...curves.flatMap((c) => c.values.filter((v) => v > 0)));
        for (const slope of [1, 2]) {
          const base = low * 0.6;
          curves.push({ label: 'slope ' + slope, reference: true, values: x.map((v) => base * Math.pow(v / x[0], slope)) });
        }
      }
      if (curves.some((c) => c.values.some((v) => v !== null)))
        draw(frame(grid, head[at + 2] + ': ' + key), along >= 0 ? parameters[along] : 'point', x, curves,
          { log: { x: along >= 0, y: positive }, points: true });
    }
    add(page, 'h2', 'The table');
    add(page, 'pre', data.table);
    source('The study', data.model);
  }

  add(page, 'h1', data.kind === 'study' ? data.table.split('\n')[0] : data.title);
  if (data.kind === 'study') {
    add(page, 'p', data.table.split('\n')[1]);
  } else {
    const warnings = data.summary.warnings || [];
    if (!warnings.length) add(page, 'div', 'The run ended with no warning.', 'fine');
    for (const warning of warnings) add(page, 'div', 'Warning: ' + warning, 'warning');
  }
  if (data.kind === 'study') showStudy(); else showRun();

  // The columns of the page are known only when all plots are there.
  function fit() {
    plots.forEach(({ plot, box }) => {
      if (plot) plot.setSize({ width: box.clientWidth, height: height(box.clientWidth) });
    });
  }
  fit();
  let wait = 0;
  window.addEventListener('resize', () => {
    clearTimeout(wait);
    wait = setTimeout(fit, 100);
  });

  // report.html#check: counts what is drawn, for the tests.
  function check() {
    let drawn = 0;
    for (const { plot, canvas } of plots) {
      const c = canvas || plot.ctx.canvas;
      const pixels = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
      const colours = new Set();
      for (let i = 0; i < pixels.length; i += 4)
        if (pixels[i + 3] > 128) colours.add((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
      // an empty plot has grey text and grid only
      const coloured = [...colours].some((k) => Math.abs((k >> 16) - (k & 255)) > 40);
      if (coloured) drawn++;
    }
    const root = document.documentElement;
    document.body.dataset.plots = String(plots.length);
    document.body.dataset.drawn = String(drawn);
    document.body.dataset.width = String(root.clientWidth);
    document.body.dataset.scroll = String(Math.max(root.scrollWidth, document.body.scrollWidth) - root.clientWidth);
    if (window.parent !== window) window.parent.postMessage(Object.assign({}, document.body.dataset), '*');
  }
  if (location.hash === '#check') setTimeout(check, 300);
})();
