#pragma once
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "formats/finding.hpp"

/// Verdicts as SARIF 2.1.0 (OASIS), which code hosts and editors show beside the file.
namespace tocsin::cli {

class SarifLog {
 public:
  /// `file` as a relative or absolute path; a member of an archive as "archive.tar/member.json".
  void add(std::string_view file, std::span<const formats::Finding> findings);
  /// The whole log: one run of this tool.
  boost::json::object finish() &&;

 private:
  boost::json::array results_, artifacts_;
  std::set<std::string> rules_;
};

}  // namespace tocsin::cli
