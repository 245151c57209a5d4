/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The header of a file of the classic NetCDF format, walked through with every count held against
 * what is left of the file. The library (4.9) reads zeros behind the end of a file that was cut
 * short and can crash on a damaged header; a result that was copied badly must be an error.
 *
 * The format (NetCDF User's Guide, appendix B), numbers big-endian, names and values padded to four
 * bytes, a list being a tag (0 if it is empty) and a count before its members:
 *
 *   "CDF" version, number of records, list of dimensions (tag 10): name, length (0: records)
 *   list of attributes (12): name, type, count, values
 *   list of variables (11): name, rank, dimensions, list of attributes, type, size, offset */
#define _POSIX_C_SOURCE 200809L
#include "output/netcdf_header.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

enum { DIMENSION_TAG = 10, VARIABLE_TAG = 11, ATTRIBUTE_TAG = 12, LONGEST_NAME = 256 };

/* Sums and products of sizes up to this one fit into 64 bits. */
static const uint64_t largest = (uint64_t)1 << 56;

struct walk {
  FILE *stream;
  uint64_t length, at; /* of the file; position in it */
  bool bad;            /* nothing that is read from here on counts */
  bool long_offsets;
  uint64_t records;
  size_t dimension_count;
  uint32_t *dimensions;                 /* lengths */
  uint64_t record_size;                 /* of all variables over records */
  uint64_t fixed_end, first_record_end; /* where the data of variables end */
};

static uint64_t padded(uint64_t bytes)
{
  return (bytes + 3) / 4 * 4;
}

static void skip(struct walk *walk, uint64_t bytes)
{
  if (walk->bad || bytes > walk->length - walk->at ||
      fseeko(walk->stream, (off_t)bytes, SEEK_CUR) != 0)
    walk->bad = true;
  else
    walk->at += bytes;
}

static uint32_t read_number(struct walk *walk)
{
  unsigned char bytes[4];
  if (walk->bad || walk->length - walk->at < 4 || fread(bytes, 1, 4, walk->stream) != 4) {
    walk->bad = true;
    return 0;
  }
  walk->at += 4;
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Number of members of a list, each of which takes at least `least` bytes. */
static uint32_t read_count(struct walk *walk, uint32_t tag, uint64_t least)
{
  uint32_t found = read_number(walk), count = read_number(walk);
  if ((found != tag && (found != 0 || count != 0)) || count > (walk->length - walk->at) / least)
    walk->bad = true;
  return walk->bad ? 0 : count;
}

static void read_name(struct walk *walk)
{
  char name[LONGEST_NAME];
  uint32_t length = read_number(walk);
  uint64_t bytes = padded(length);
  if (walk->bad || length == 0 || bytes > LONGEST_NAME || bytes > walk->length - walk->at ||
      fread(name, 1, bytes, walk->stream) != bytes || memchr(name, '\0', length) != NULL)
    walk->bad = true;
  else
    walk->at += bytes;
}

/* Bytes of one value of the type read; byte, char, short, int, float, double. */
static uint64_t read_type(struct walk *walk)
{
  static const uint64_t sizes[] = {0, 1, 1, 2, 4, 4, 8};
  uint32_t type = read_number(walk);
  if (type < 1 || type > 6)
    walk->bad = true;
  return walk->bad ? 0 : sizes[type];
}

static void read_attributes(struct walk *walk)
{
  uint32_t count = read_count(walk, ATTRIBUTE_TAG, 16);
  for (uint32_t i = 0; !walk->bad && i < count; i++) {
    read_name(walk);
    uint64_t size = read_type(walk);
    skip(walk, padded(size * read_number(walk)));
  }
}

static hud_status read_dimensions(struct walk *walk, struct hud_error *error)
{
  walk->dimension_count = read_count(walk, DIMENSION_TAG, 12);
  hud_status status =
      HUD_NEW(&walk->dimensions, walk->dimension_count, "the header of a result", error);
  bool over_records = false;
  for (size_t d = 0; status == HUD_OK && !walk->bad && d < walk->dimension_count; d++) {
    read_name(walk);
    walk->dimensions[d] = read_number(walk);
    if (walk->dimensions[d] == 0 && over_records)
      walk->bad = true;
    over_records = over_records || walk->dimensions[d] == 0;
  }
  return status;
}

static void read_variable(struct walk *walk)
{
  read_name(walk);
  uint32_t rank = read_number(walk);
  uint64_t cells = 1;
  bool over_records = false;
  for (uint32_t i = 0; !walk->bad && i < rank; i++) {
    uint32_t dimension = read_number(walk);
    uint64_t extent = dimension < walk->dimension_count ? walk->dimensions[dimension] : 0;
    if (i == 0 && extent == 0 && dimension < walk->dimension_count)
      over_records = true;
    else if (extent == 0 || cells > largest / extent)
      walk->bad = true;
    else
      cells *= extent;
  }
  read_attributes(walk);
  uint64_t bytes = padded(cells * read_type(walk));
  read_number(walk); /* the size again, unreliable by its definition */
  uint64_t offset = walk->long_offsets ? (uint64_t)read_number(walk) << 32 : 0;
  offset |= read_number(walk);
  uint64_t *reach = over_records ? &walk->first_record_end : &walk->fixed_end;
  if (offset > largest)
    walk->bad = true;
  else if (offset + bytes > *reach)
    *reach = offset + bytes;
  if (over_records)
    walk->record_size += bytes;
}

/* Records lie one behind the other, each with its part of every variable over records. */
static bool all_there(const struct walk *walk)
{
  if (walk->fixed_end > walk->length)
    return false;
  if (walk->records == 0 || walk->record_size == 0)
    return true;
  return walk->first_record_end <= walk->length &&
         walk->records - 1 <= (walk->length - walk->first_record_end) / walk->record_size;
}

static hud_status walk_through(struct walk *walk, struct hud_error *error)
{
  uint32_t magic = read_number(walk);
  walk->long_offsets = magic == 0x43444602;
  if (magic != 0x43444601 && magic != 0x43444602)
    return hud_fail(error, HUD_ERROR_INPUT, "this is not a NetCDF file of the classic format");
  walk->records = read_number(walk);
  hud_status status = read_dimensions(walk, error);
  if (status != HUD_OK)
    return status;
  read_attributes(walk);
  uint32_t count = read_count(walk, VARIABLE_TAG, 32);
  for (uint32_t i = 0; !walk->bad && i < count; i++)
    read_variable(walk);
  if (walk->bad)
    return hud_fail(error, HUD_ERROR_INPUT, "the header is damaged, near byte %llu of %llu",
                    (unsigned long long)walk->at, (unsigned long long)walk->length);
  if (!all_there(walk))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the file is cut short: its %llu bytes cannot hold what its header promises",
                    (unsigned long long)walk->length);
  return HUD_OK;
}

hud_status hud_netcdf_header_check(const char *path, struct hud_error *error)
{
  struct stat info;
  struct walk walk = {.stream = fopen(path, "rb")};
  if (walk.stream == NULL)
    return hud_fail_at(error, HUD_ERROR_INPUT, path, "cannot read the result: %s", strerror(errno));
  hud_status status = HUD_OK;
  if (fstat(fileno(walk.stream), &info) != 0 || !S_ISREG(info.st_mode)) {
    status = hud_fail(error, HUD_ERROR_INPUT, "this is not a regular file");
  } else {
    walk.length = (uint64_t)info.st_size;
    status = walk_through(&walk, error);
  }
  fclose(walk.stream);
  hud_free(walk.dimensions);
  if (status != HUD_OK && error != NULL)
    snprintf(error->where, sizeof error->where, "%s", path);
  return status;
}
