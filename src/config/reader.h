/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads a document into a description, row by row of the schema: reader.c walks mappings,
 * reader_values.c reads single values, reader_shapes.c what has a form of its own (rate tables,
 * mixtures, atoms, tables), checks.c looks at combinations. Used by model_file.c; the reader of
 * study files uses it for its own scopes. */
#ifndef HUD_CONFIG_READER_H
#define HUD_CONFIG_READER_H

#include "config/description.h"
#include "config/document.h"
#include "config/schema.h"

enum { HUD_NAMED_SIZES = 9, HUD_READER_PATH = 256, HUD_MAX_NOTES = 64 };

struct hud_reader {
  const struct hud_document *document;
  const char *folder; /* of the model file: tables are found from there */
  struct hud_error *error;

  struct hud_description *description;
  struct hud_description *unused; /* takes the values of keys that the model does not use */
  bool identified;                /* the model is known */

  /* initial.f2 ... f9 until they are put together */
  struct hud_cluster_initial sizes[HUD_NAMED_SIZES + 1];
  bool size_given[HUD_NAMED_SIZES + 1];
  int k; /* the size whose data are being read */

  char path[HUD_READER_PATH]; /* of the value being read, for messages */

  size_t note_count;
  char **notes;
};

/* Fills reader->description, which is cleared, and the notes. On failure the caller still clears
 * description, unused, sizes and notes (hud_reader_clear). */
hud_status hud_reader_run(struct hud_reader *reader);

/* Frees sizes, unused and notes. */
void hud_reader_clear(struct hud_reader *reader);

/* Reads `node` as `key` into `base`, the struct that the key's scope addresses. */
hud_status hud_reader_value(struct hud_reader *reader, const struct hud_key *key,
                            const struct hud_node *node, void *base, bool used);

/* Reads a value of a scope into `target`. */
hud_status hud_reader_scope(struct hud_reader *reader, enum hud_scope scope,
                            const struct hud_node *node, void *target);

/* Reads the children of a mapping by the rows below `parent`; node NULL: the mapping is absent and
 * only defaults apply. `place` is where a missing key is reported. */
hud_status hud_reader_mapping(struct hud_reader *reader, const struct hud_node *node,
                              enum hud_scope scope, const char *parent, void *base, bool used,
                              struct hud_mark place);

/* Values with forms of their own. */
hud_status hud_reader_rate_table(struct hud_reader *reader, const struct hud_node *node,
                                 struct hud_rate_law *law);
/* A list of values of `scope` into *items, an array of the scope's structs. */
hud_status hud_reader_items(struct hud_reader *reader, const struct hud_node *node,
                            enum hud_scope scope, void *items, size_t *count);
hud_status hud_reader_atoms(struct hud_reader *reader, const struct hud_node *node, size_t width,
                            double **points, size_t *count);
hud_status hud_reader_table(struct hud_reader *reader, const struct hud_node *node,
                            struct hud_density_spec *spec);

/* A finite number; `expected` ("a number > 0") is for the message. */
hud_status hud_reader_number(struct hud_reader *reader, const struct hud_node *node,
                             const char *expected, double *value);

/* The combination checks on a complete description. */
hud_status hud_reader_check(struct hud_reader *reader);

/* The path grows by ".name"; returns the old length for hud_reader_leave. */
size_t hud_reader_enter(struct hud_reader *reader, const char *name);
void hud_reader_leave(struct hud_reader *reader, size_t length);

/* "`path` is WHAT": what stands at the node, with `expected` below. */
hud_status hud_reader_fail_type(struct hud_reader *reader, const struct hud_node *node,
                                const char *expected);

/* Error at the node at a path of the model (or the nearest one above). */
hud_status hud_reader_fail_path(struct hud_reader *reader, const char *path, const char *expected,
                                const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Adds a note; beyond HUD_MAX_NOTES they are dropped. */
hud_status hud_reader_note(struct hud_reader *reader, struct hud_mark mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
