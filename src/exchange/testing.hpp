#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exchange/source.hpp"

/// What the tests of this room share: small invented advisories, and archives made of them.
namespace tocsin::exchange::testing {

/// Gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }
  /// Full path of a file in it, folders above made.
  std::string file(std::string_view name) const;
  /// Writes a file and returns its full path.
  std::string write(std::string_view name, std::string_view bytes) const;

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::string& path);

struct AdvisoryText {
  std::string id = "EX-2024-001";
  std::string version = "1";
  std::string title = "Open door in Example Valve Controller";
  std::string status = "final";
  std::optional<std::string> tlp = "WHITE";
  std::string csaf_version = "2.0";
  std::string vendor = "Example Valves";
  std::string cve = "CVE-1900-1001";
  std::string extra_note = {};
};
/// A small CSAF advisory of an invented vendor, right in structure.
std::string advisory_json(const AdvisoryText& text = {});
/// `count` different ones: "EX-1", "EX-2", ...
std::vector<std::pair<std::string, std::string>> many_advisories(int count, std::string_view version = "1");

enum class Packing { tar, tar_gz, tar_zst, zip };
using Files = std::vector<std::pair<std::string, std::string>>;
/// Names as given, also hostile ones.
std::string pack(Packing packing, const Files& files);
enum class Compression { gzip, zstd };
std::string compress(Compression compression, std::string_view bytes);
/// Entries of an archive, in order, as our own writer's tests want them.
Files unpack(const std::string& path);

/// Everything a source gives.
struct Collected {
  std::vector<SourceDocument> documents;
  std::vector<std::pair<std::string, Error>> bad;
  Status status = ok();
  std::vector<std::string> names() const;
};
Collected collect(const std::string& path, const SourceLimits& limits = {});
/// From a pipe, as standard input is.
Collected collect_stream(std::string_view bytes, const SourceLimits& limits = {});

}  // namespace tocsin::exchange::testing
