#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/match_advisories.hpp"
#include "cli/match_options.hpp"
#include "cli/text_table.hpp"
#include "formats/inventory/item.hpp"
#include "formats/inventory/worksheet.hpp"
#include "portal/pages/exposure_file.hpp"

namespace tocsin::cli {

/// What `tocsin match` prints, in each of its formats.
class MatchWriter {
 public:
  MatchWriter(const MatchOptions& options, const Knowledge& knowledge);
  void tell(const formats::inventory::Item& item, const engine::exposure::Match& match);
  /// Of format json: what tell() would print. Any thread.
  std::string json_line(const formats::inventory::Item& item, const engine::exposure::Match& match) const;
  Status finish(std::size_t items, std::size_t affected);

 private:
  void print_rows();

  const MatchOptions& options_;
  const Knowledge& knowledge_;
  Timestamp today_;
  std::optional<formats::inventory::WorksheetStream> sheet_;  ///< Of format xlsx.
  std::vector<std::vector<std::string>> rows_;                ///< That it does not have yet.
  Status written_ = ok();                                     ///< What has gone wrong with it.
  portal::pages::Exposure exposure_;
  TextTable table_;
  std::size_t by_action_[5] = {};
};

}  // namespace tocsin::cli
