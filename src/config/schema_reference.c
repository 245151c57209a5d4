/* SPDX-License-Identifier: GPL-3.0-or-later
 * The reference page of the model file, from the schema: what is read and what is documented are
 * the same rows. */
#include <string.h>

#include "config/schema.h"

static const char introduction[] =
    "# The model file\n"
    "\n"
    "This page is written from the schema of the program; `make reference` writes it again.\n"
    "\n"
    "A model is a YAML file of at most 4 MiB. Numbers are finite; `true` and `false` are the only\n"
    "booleans. Unknown and duplicate keys, aliases, anchors, tags and merge keys are errors, and\n"
    "every error names file, line and column. A key that the model or the method does not use is\n"
    "checked, noted in the log, and has no effect.\n"
    "\n"
    "`--set key.path=value` on the command line sets a key after the file is read; the value is\n"
    "YAML on one line, and items of lists are named by their index from 0:\n"
    "\n"
    "    huddle run model.yaml --set epsilon=0.01 --set rates.lambda.1,2=0.5\n"
    "\n"
    "Symbols and equation numbers are those of [KMS], Kanzler, Moschella and Schmeiser, *First\n"
    "order non-instantaneous corrections in collisional kinetic alignment models*; its models are\n"
    "those with a `method`. Those of `hard_spheres` and `boltzmann` are of [APW], Ampatzoglou,\n"
    "Pavlović and Warner, *Derivation of the higher order Boltzmann equation for hard spheres*.\n";

static const char study_introduction[] =
    "# The study file\n"
    "\n"
    "This page is written from the schema of the program; `make reference` writes it again.\n"
    "\n"
    "A study runs variants of a base model over a sweep of parameters and compares them: errors,\n"
    "observed orders, and the discretisation error that says how far to trust both. It is YAML\n"
    "with the rules of [model files](model-file.md), and mistakes in it, or in the models that it\n"
    "makes, are answered in the same way. `models/studies/` has examples.\n"
    "\n"
    "    huddle study STUDY.yaml -o results/my-study\n"
    "\n"
    "Key paths are those of model files with dots: `solver.rtol`, `rates.mu.1,1`. Each model is\n"
    "the base, then `set`, then the values of `vary`, then those of `link`, then what the variant\n"
    "sets: what comes later wins.\n"
    "\n"
    "For every model there is a second, refined run, whose distance from the first is the\n"
    "discretisation error; that of a difference is the sum of both sides. (With doubled cells and\n"
    "a scheme of second order that distance is three quarters of the error.) Where a result has\n"
    "standard errors (`seeds`; particles and gases with replicas), twice the standard error takes\n"
    "its place; for a defined column that is the sum of what the errors of its parts change. An\n"
    "observed order log(e_i/e_{i+1}) / log(p_i/p_{i+1}) is withheld where the discretisation\n"
    "error exceeds a tenth of either e; its uncertainty is what the discretisation errors could\n"
    "change in it.\n"
    "\n"
    "Runs are kept in `DIR/runs` under the hash of their model: a study that is called again runs\n"
    "only what is missing or has changed. `figure-study` shows the quantities against the\n"
    "parameter, or, where nothing varies, the columns that they are made of against time.\n"
    "\n"
    "## <a id=\"quantities\"></a>Quantities\n"
    "\n"
    "Of times, reduced by `norm` to one number: columns of moments.csv and those of `define`; W1,\n"
    "W2, fourier (both centred) and L1, distances of f_1; where output.f2 is true on both sides,\n"
    "fourier_f2 (centred; sup over |xi_1|, |xi_2| <= 8/sigma), W1_f2 of the marginals of f_2, and\n"
    "W1_r of |v_1 - v_2| in pairs. One number a run:\n"
    "\n"
    "* `decay_rate(X)`: fitted decay rate of the column X over the window; `decay_rate` is that\n"
    "  of the variance\n"
    "* `slope(X)`: dX/dt at the start of the window, by a cubic through the window\n"
    "* `relaxation(X)`: -slope(X)/X there\n"
    "* `frequency_k`, of gases: collisions of k that a particle takes part in per unit time, over\n"
    "  the window, k (collisions_k(to) - collisions_k(from))/(N (to - from))\n"
    "* `contact_k`, of gases: y_k, frequency_k over that of N independent particles\n"
    "* numbers among the details of summary.json: f1_negative_mass, ...\n"
    "\n"
    "## <a id=\"theory\"></a>Theory\n"
    "\n"
    "`reference: theory` takes the exact or expanded values of these: `decay_rate`, gamma to\n"
    "first order in epsilon; `frequency_k`, nu_(k-1) of the Boltzmann equation, for a homogeneous\n"
    "Maxwellian; `contact_k`, 1; `slope` and `relaxation` at t = 0 of Tx, Ty, Tz and of what is\n"
    "defined by them, for a homogeneous Gaussian of any temperatures, in the Boltzmann equation.\n"
    "\n"
    "`reference: composite` takes what is left of the second moments of alignment to leading "
    "order\n"
    "in epsilon, the initial layer (36), corrected, put together with the reduced system, from "
    "the\n"
    "data that each run begins with: at every time, for M1, M2, I1, I2, V1, V2, W, T and what is\n"
    "defined by them.\n";

/* A `|` would end the cell of a table. */
static void write_cell(FILE *stream, const char *text)
{
  for (; *text != '\0'; text++) {
    if (*text == '|')
      fputc('\\', stream);
    fputc(*text, stream);
  }
}

static void write_names(FILE *stream, const struct hud_choice *choices, unsigned bits)
{
  const char *comma = "";
  for (; choices->name != NULL; choices++)
    if ((bits >> choices->value & 1u) != 0) {
      fprintf(stream, "%s%s", comma, choices->name);
      comma = ", ";
    }
}

/* The mapping that a key stands in, or NULL. */
static const struct hud_key *find_parent(const struct hud_key *key)
{
  size_t count;
  const struct hud_key *keys = hud_schema_keys(&count);
  const char *dot = strrchr(key->path, '.');
  for (size_t k = 0; k < count && dot != NULL; k++)
    if (keys[k].scope == key->scope && strlen(keys[k].path) == (size_t)(dot - key->path) &&
        strncmp(keys[k].path, key->path, (size_t)(dot - key->path)) == 0)
      return &keys[k];
  return NULL;
}

/* Which models and methods use a key, or which `type` of its scope has it. */
static void write_users(FILE *stream, const struct hud_key *key)
{
  const struct hud_key *parent = find_parent(key);
  unsigned inherited_models = parent != NULL ? parent->models : 0;
  unsigned inherited_methods = parent != NULL ? parent->methods : 0;
  unsigned users = key->models != 0 ? key->models : inherited_models;
  unsigned by_method = key->methods != 0 ? key->methods : inherited_methods;
  if (key->variants != 0) {
    fputs("type ", stream);
    write_names(stream, hud_schema_find(key->scope, "", "type")->choices, key->variants);
    return;
  }
  unsigned with_method = hud_schema_family(HUD_MODEL_HIERARCHY);
  bool all_with_method = users == 0 || users == with_method;
  if (!all_with_method)
    write_names(stream, hud_model_choices, users);
  else if (by_method == 0)
    fputs(users == 0 ? "all" : "all of [KMS]", stream);
  if (by_method != 0) {
    fputs(all_with_method ? "method " : "; method ", stream);
    write_names(stream, hud_method_choices, by_method);
  }
  if (by_method != 0 && users == 0) {
    fputs("; ", stream);
    write_names(stream, hud_model_choices, hud_schema_all_models() & ~with_method);
  }
}

static void write_value(FILE *stream, const struct hud_key *key)
{
  char text[400];
  const struct hud_scope_info *info = hud_schema_scope(key->value_scope);
  switch (key->type) {
  case HUD_KEY_SCOPE:
  case HUD_KEY_LIST:
    fprintf(stream, "%s[%s](#%s)", key->type == HUD_KEY_LIST ? "list of " : "", info->name,
            info->name);
    break;
  case HUD_KEY_MAPPING:
    fputs("mapping", stream);
    break;
  default:
    hud_key_describe(key, text, sizeof text);
    write_cell(stream, text);
  }
}

static void write_default(FILE *stream, const struct hud_key *key)
{
  if (key->required && key->optional != 0) {
    fputs("required; optional for ", stream);
    write_names(stream, hud_method_choices, key->optional);
  } else if (key->required)
    fputs("required", stream);
  else if (key->fallback != NULL)
    fprintf(stream, "`%s`", key->fallback);
  else if (key->default_note != NULL)
    write_cell(stream, key->default_note);
}

static void write_row(FILE *stream, const struct hud_key *key)
{
  fprintf(stream, "| `%s` | ", key->path);
  write_value(stream, key);
  fputs(" | ", stream);
  write_default(stream, key);
  fputs(" | ", stream);
  write_users(stream, key);
  fputs(" | ", stream);
  write_cell(stream, key->meaning);
  if (key->symbol != NULL && key->type != HUD_KEY_EXPRESSION) {
    fputs(" (", stream);
    write_cell(stream, key->symbol);
    fputc(')', stream);
  }
  fputs(" |\n", stream);
}

static void write_choices(FILE *stream, const char *path, const struct hud_choice *choices)
{
  fprintf(stream, "\n`%s`:\n\n", path);
  for (; choices->name != NULL; choices++)
    fprintf(stream, "* `%s`: %s\n", choices->name, choices->meaning);
}

/* The keys of study files are the same for all models and methods. */
static void write_study_rows(FILE *stream, enum hud_scope scope)
{
  size_t count;
  const struct hud_key *keys = hud_schema_keys(&count);
  fputs("| Key | Value | Default | Meaning |\n|---|---|---|---|\n", stream);
  for (size_t k = 0; k < count; k++) {
    if (keys[k].scope != scope)
      continue;
    fprintf(stream, "| `%s` | ", keys[k].path);
    write_value(stream, &keys[k]);
    fputs(" | ", stream);
    write_default(stream, &keys[k]);
    fputs(" | ", stream);
    write_cell(stream, keys[k].meaning);
    fputs(" |\n", stream);
  }
  for (size_t k = 0; k < count; k++)
    if (keys[k].scope == scope && keys[k].type == HUD_KEY_CHOICE)
      write_choices(stream, keys[k].path, keys[k].choices);
}

static void write_scope(FILE *stream, enum hud_scope scope)
{
  const struct hud_scope_info *info = hud_schema_scope(scope);
  size_t count;
  const struct hud_key *keys = hud_schema_keys(&count);
  if (scope != HUD_SCOPE_MODEL && scope != HUD_SCOPE_STUDY)
    fprintf(stream, "\n## <a id=\"%s\"></a>%s\n\n", info->name, info->title);
  else
    fputs("\n## Keys\n\n", stream);
  if (info->prose != NULL)
    fprintf(stream, "%s\n\n", info->prose);
  if (info->words != NULL) {
    for (const struct hud_choice *word = info->words; word->name != NULL; word++)
      fprintf(stream, "* `%s`: %s\n", word->name, word->meaning);
    fputc('\n', stream);
  }
  if (scope >= HUD_SCOPE_STUDY) {
    write_study_rows(stream, scope);
    return;
  }
  if (info->form == HUD_FORM_ONE_OF)
    fprintf(stream, "%s one of these keys:\n\n",
            info->words != NULL ? "Or a mapping with" : "A mapping with exactly");
  fputs("| Key | Value | Default | Used by | Meaning |\n|---|---|---|---|---|\n", stream);
  for (size_t k = 0; k < count; k++)
    if (keys[k].scope == scope)
      write_row(stream, &keys[k]);
  for (size_t k = 0; k < count; k++)
    if (keys[k].scope == scope && keys[k].type == HUD_KEY_CHOICE)
      write_choices(stream, keys[k].path, keys[k].choices);
}

void hud_schema_write_reference(FILE *stream)
{
  fputs(introduction, stream);
  for (int scope = HUD_SCOPE_MODEL; scope < HUD_SCOPE_STUDY; scope++)
    write_scope(stream, (enum hud_scope)scope);
}

void hud_schema_write_study_reference(FILE *stream)
{
  fputs(study_introduction, stream);
  for (int scope = HUD_SCOPE_STUDY; scope < HUD_SCOPE_COUNT; scope++)
    write_scope(stream, (enum hud_scope)scope);
}
