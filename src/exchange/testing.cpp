#include "exchange/testing.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/json.hpp"

namespace tocsin::exchange::testing {
namespace {

la_ssize_t append_bytes(archive*, void* target, const void* bytes, std::size_t size) {
  static_cast<std::string*>(target)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

void finish(archive* archive) {
  EXPECT_EQ(archive_write_close(archive), ARCHIVE_OK) << archive_error_string(archive);
  archive_write_free(archive);
}

SourceEvents into(Collected& collected) {
  return {.visit = [&](SourceDocument document) -> Status {
            collected.documents.push_back(std::move(document));
            return ok();
          },
          .bad = [&](std::string name, Error error) { collected.bad.emplace_back(std::move(name), std::move(error)); },
          .progress = {}};
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  auto pattern = (std::filesystem::temp_directory_path() / "tocsin-exchange-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::file(std::string_view name) const {
  const auto full = path_ / name;
  std::filesystem::create_directories(full.parent_path());
  return full.string();
}

std::string TemporaryFolder::write(std::string_view name, std::string_view bytes) const {
  auto full = file(name);
  std::ofstream out(full, std::ios::binary);
  out << bytes;
  EXPECT_TRUE(out.flush()) << full;
  return full;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return std::move(bytes).str();
}

std::string advisory_json(const AdvisoryText& text) {
  using boost::json::array;
  using boost::json::object;
  const object history{{"date", "2024-03-01T08:00:00Z"}, {"number", text.version}, {"summary", "Published."}};
  object document{
      {"category", "csaf_security_advisory"},
      {"csaf_version", text.csaf_version},
      {"publisher",
       object{{"category", "vendor"}, {"name", text.vendor}, {"namespace", "https://psirt.example-valves.test"}}},
      {"title", text.title},
      {"tracking", object{{"current_release_date", "2024-03-01T08:00:00Z"},
                          {"id", text.id},
                          {"initial_release_date", "2024-03-01T08:00:00Z"},
                          {"revision_history", array{history}},
                          {"status", text.status},
                          {"version", text.version}}}};
  object root;
  if (text.csaf_version == "2.1") root["$schema"] = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json";
  if (text.tlp) document["distribution"] = object{{"tlp", object{{"label", *text.tlp}}}};
  if (!text.extra_note.empty()) {
    array notes;
    notes.push_back(object{{"category", "general"}, {"text", text.extra_note}});
    document["notes"] = std::move(notes);
  }
  object leaf{{"category", "product_version"},
              {"name", "4.1"},
              {"product", object{{"name", text.vendor + " Controller 4.1"}, {"product_id", "P-1"}}}};
  array leaves;
  leaves.push_back(std::move(leaf));
  array products;
  products.push_back(object{{"category", "product_name"}, {"name", "Controller"}, {"branches", std::move(leaves)}});
  array vendors;
  vendors.push_back(object{{"category", "vendor"}, {"name", text.vendor}, {"branches", std::move(products)}});
  array ids;
  ids.push_back("P-1");
  array vulnerabilities;
  vulnerabilities.push_back(object{{"cve", text.cve}, {"product_status", object{{"known_affected", ids}}}});
  root["document"] = std::move(document);
  root["product_tree"] = object{{"branches", std::move(vendors)}};
  root["vulnerabilities"] = std::move(vulnerabilities);
  return json::write_pretty(root);
}

std::vector<std::pair<std::string, std::string>> many_advisories(int count, std::string_view version) {
  std::vector<std::pair<std::string, std::string>> files;
  for (int number = 1; number <= count; ++number) {
    files.emplace_back(fmt::format("2024/ex-{:04}.json", number),
                       advisory_json({.id = fmt::format("EX-{}", number),
                                      .version = std::string{version},
                                      .title = fmt::format("Weakness number {} in Example Valve Controller", number),
                                      .cve = fmt::format("CVE-1900-{}", 10'000 + number),
                                      .extra_note = std::string(static_cast<std::size_t>(number * 37 % 900), 'n')}));
  }
  return files;
}

std::string pack(Packing packing, const Files& files) {
  std::string out;
  auto* archive = archive_write_new();
  if (packing == Packing::zip) {
    archive_write_set_format_zip(archive);
  } else {
    archive_write_set_format_pax(archive);
    if (packing == Packing::tar_gz) archive_write_add_filter_gzip(archive);
    if (packing == Packing::tar_zst) archive_write_add_filter_zstd(archive);
  }
  archive_write_set_bytes_in_last_block(archive, 1);
  EXPECT_EQ(archive_write_open(archive, &out, nullptr, append_bytes, nullptr), ARCHIVE_OK);
  for (const auto& [name, bytes] : files) {
    auto* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    EXPECT_GE(archive_write_header(archive, entry), ARCHIVE_WARN) << archive_error_string(archive);
    EXPECT_EQ(archive_write_data(archive, bytes.data(), bytes.size()), static_cast<la_ssize_t>(bytes.size()));
    archive_entry_free(entry);
  }
  finish(archive);
  return out;
}

std::string compress(Compression compression, std::string_view bytes) {
  std::string out;
  auto* archive = archive_write_new();
  archive_write_set_format_raw(archive);
  if (compression == Compression::gzip) archive_write_add_filter_gzip(archive);
  if (compression == Compression::zstd) archive_write_add_filter_zstd(archive);
  archive_write_set_bytes_in_last_block(archive, 1);
  EXPECT_EQ(archive_write_open(archive, &out, nullptr, append_bytes, nullptr), ARCHIVE_OK);
  auto* entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_write_header(archive, entry);
  for (std::size_t at = 0; at < bytes.size();) {
    const auto written = archive_write_data(archive, bytes.data() + at, bytes.size() - at);
    if (written <= 0) std::abort();
    at += static_cast<std::size_t>(written);
  }
  archive_entry_free(entry);
  finish(archive);
  return out;
}

Files unpack(const std::string& path) {
  Files files;
  auto* archive = archive_read_new();
  archive_read_support_filter_all(archive);
  archive_read_support_format_all(archive);
  EXPECT_EQ(archive_read_open_filename(archive, path.c_str(), 65'536), ARCHIVE_OK);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
    std::string bytes(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
    EXPECT_EQ(archive_read_data(archive, bytes.data(), bytes.size()), static_cast<la_ssize_t>(bytes.size()));
    files.emplace_back(archive_entry_pathname(entry), std::move(bytes));
  }
  archive_read_free(archive);
  return files;
}

std::vector<std::string> Collected::names() const {
  std::vector<std::string> all;
  for (const auto& each : documents) all.push_back(each.name);
  return all;
}

Collected collect(const std::string& path, const SourceLimits& limits) {
  Collected collected;
  collected.status = read_source(path, limits, into(collected));
  return collected;
}

Collected collect_stream(std::string_view bytes, const SourceLimits& limits) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  // The reader may stop before everything is written.
  std::thread writer([bytes, out = ends[1]] {
    for (std::size_t at = 0; at < bytes.size();) {
      const auto written = ::write(out, bytes.data() + at, bytes.size() - at);
      if (written <= 0) break;
      at += static_cast<std::size_t>(written);
    }
    ::close(out);
  });
  Collected collected;
  collected.status = read_stream(ends[0], "-", limits, into(collected));
  char rest[4096];
  while (::read(ends[0], rest, sizeof rest) > 0) {
  }
  writer.join();
  ::close(ends[0]);
  return collected;
}

}  // namespace tocsin::exchange::testing
