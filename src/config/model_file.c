/* SPDX-License-Identifier: GPL-3.0-or-later
 * Model files: document, reader and writer put together. Numbers are read and written with a
 * decimal point whatever the locale of the program. */
#define _POSIX_C_SOURCE 200809L
#include "config/model_file.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/locale.h"
#include "config/document.h"
#include "config/reader.h"
#include "config/writer.h"

struct hud_model_file {
  struct hud_document *document;
  struct hud_description description;
  char *resolved; /* from open_memstream */
  char hash[17];
  size_t note_count;
  char **notes;
};

static uint64_t fnv1a(const char *text)
{
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (; *text != '\0'; text++)
    hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
  return hash;
}

static hud_status resolve(struct hud_model_file *file, struct hud_error *error)
{
  size_t length = 0;
  FILE *stream = open_memstream(&file->resolved, &length);
  if (stream == NULL)
    return hud_fail_memory(error, "the resolved model", 0);
  hud_description_write(&file->description, stream);
  int bad = ferror(stream);
  if (fclose(stream) != 0 || bad)
    return hud_fail_memory(error, "the resolved model", length);
  snprintf(file->hash, sizeof file->hash, "%016" PRIx64, fnv1a(file->resolved));
  return HUD_OK;
}

static hud_status read_description(struct hud_model_file *file, const char *folder,
                                   struct hud_error *error)
{
  struct hud_reader *reader = NULL;
  hud_status status = HUD_NEW(&reader, 1, "a reader", error);
  if (status != HUD_OK)
    return status;
  reader->document = file->document;
  reader->folder = folder;
  reader->error = error;
  reader->description = &file->description;
  status = hud_reader_run(reader);
  if (status == HUD_OK) {
    file->notes = reader->notes;
    file->note_count = reader->note_count;
    reader->notes = NULL;
    reader->note_count = 0;
  }
  hud_reader_clear(reader);
  hud_free(reader);
  return status;
}

/* The folder of a path, "." if it has none. */
static hud_status folder_of(char **folder, const char *path, struct hud_error *error)
{
  hud_status status = hud_copy_text(folder, path, error);
  if (status != HUD_OK)
    return status;
  char *slash = strrchr(*folder, '/');
  if (slash != NULL) {
    slash[slash == *folder] = '\0';
    return HUD_OK;
  }
  hud_free(*folder);
  return hud_copy_text(folder, ".", error);
}

static hud_status read_document(struct hud_model_file *file, struct hud_error *error)
{
  char *folder = NULL;
  struct hud_locale locale = hud_locale_begin();
  hud_status status = folder_of(&folder, hud_document_name(file->document), error);
  if (status == HUD_OK)
    status = read_description(file, folder, error);
  if (status == HUD_OK)
    status = resolve(file, error);
  hud_free(folder);
  hud_locale_end(locale);
  return status;
}

hud_status hud_model_file_from_document(struct hud_model_file **out, struct hud_document *document,
                                        struct hud_error *error)
{
  struct hud_model_file *file = NULL;
  *out = NULL;
  hud_status status = HUD_NEW(&file, 1, "a model file", error);
  if (status != HUD_OK) {
    hud_document_free(document);
    return status;
  }
  file->document = document;
  status = read_document(file, error);
  if (status == HUD_OK)
    *out = file;
  else
    hud_model_file_free(file);
  return status;
}

hud_status hud_model_file_parse(struct hud_model_file **out, const char *name, const char *text,
                                size_t length, const char *const *overrides, size_t override_count,
                                struct hud_error *error)
{
  struct hud_document *document = NULL;
  *out = NULL;
  hud_status status = hud_document_create(&document, name, text, length, error);
  for (size_t o = 0; o < override_count && status == HUD_OK; o++)
    status = hud_document_override(document, overrides[o], error);
  if (status == HUD_OK)
    return hud_model_file_from_document(out, document, error);
  hud_document_free(document);
  return status;
}

hud_status hud_model_file_load(struct hud_model_file **file, const char *path,
                               const char *const *overrides, size_t override_count,
                               struct hud_error *error)
{
  char *text = NULL;
  size_t length = 0;
  *file = NULL;
  hud_status status = hud_file_read(&text, &length, path, HUD_DOCUMENT_BYTES, error);
  if (status == HUD_OK)
    status = hud_model_file_parse(file, path, text, length, overrides, override_count, error);
  hud_free(text);
  return status;
}

void hud_model_file_free(struct hud_model_file *file)
{
  if (file == NULL)
    return;
  hud_document_free(file->document);
  hud_description_clear(&file->description);
  free(file->resolved);
  for (size_t n = 0; n < file->note_count; n++)
    hud_free(file->notes[n]);
  hud_free(file->notes);
  hud_free(file);
}

const struct hud_description *hud_model_file_description(const struct hud_model_file *file)
{
  return &file->description;
}

const char *hud_model_file_resolved(const struct hud_model_file *file)
{
  return file->resolved;
}

const char *hud_model_file_hash(const struct hud_model_file *file)
{
  return file->hash;
}

size_t hud_model_file_note_count(const struct hud_model_file *file)
{
  return file->note_count;
}

const char *hud_model_file_note(const struct hud_model_file *file, size_t index)
{
  return index < file->note_count ? file->notes[index] : NULL;
}

hud_status hud_model_file_fail_at(const struct hud_model_file *file, struct hud_mark mark,
                                  struct hud_error *error, const char *format, ...)
{
  char message[HUD_ERROR_TEXT];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return hud_document_fail(file->document, mark, error, NULL, "%s", message);
}

hud_status hud_model_file_fail(const struct hud_model_file *file, const char *path,
                               struct hud_error *error, const char *format, ...)
{
  char message[HUD_ERROR_TEXT];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  const struct hud_node *node = hud_document_nearest(file->document, path);
  return hud_document_fail(file->document, node->mark, error, NULL, "%s", message);
}

void hud_model_file_locate(const struct hud_model_file *file, struct hud_error *error)
{
  if (error == NULL || strchr(error->where, ':') != NULL)
    return;
  struct hud_error found = *error;
  hud_model_file_fail(file, found.where[0] != '\0' ? found.where : "model", error, "%s",
                      found.message);
}
