#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "formats/threat_text/known_good.hpp"

/// The folder known-good/ beside tocsin.toml: lists of what is known to be good, by which finds become doubtful.
namespace tocsin::cli {

inline constexpr const char* kKnownGoodFolder = "known-good";
/// Of one list.
inline constexpr std::size_t kKnownGoodBytesMax = std::size_t{64} << 20;

struct KnownGoodLists {
  std::shared_ptr<formats::threat_text::KnownGood> lists;  ///< Never null.
  std::size_t files = 0;                                   ///< That were read.
  std::vector<Error> problems;                             ///< Of those that were not; where = the file.
  std::vector<Error> left_out;                             ///< Of those that were, but not wholly; where = the file.
};
/// Every .json, .txt and .csv below the folder, which need not exist, in the order of their names.
KnownGoodLists read_known_good(const std::string& data_folder);
/// Reads and installs them; what could not be read stands in the log.
void load_known_good(const std::string& data_folder);
/// Instead of those of the data folder: a file, or what is below a folder. What is left out of them is complained of.
/// Errors: what cannot be read.
Status load_known_good_of(const std::string& path);

}  // namespace tocsin::cli
