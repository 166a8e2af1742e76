#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/inventory/table.hpp"

/// Worksheets (Office Open XML, ECMA-376: .xlsx, .xlsm). Pure functions.
namespace tocsin::formats::inventory {

/// The worksheet of this name; without a name the first visible one that holds anything, else the first hidden one. As
/// read_csv would read it: text as it stands, numbers as the cell shows them ("2.10", "000123"), dates in ISO 8601,
/// truth values as TRUE and FALSE, formulas by their last result, errors (#REF!) as empty. Hidden rows count; of merged
/// cells the first has the value. `lines` are rows of the worksheet.
/// Errors: invalid_input with `where` = "PART:LINE:COLUMN" or a row (no workbook, damaged, with a password, of the
/// older binary formats, no such worksheet, nothing in it); too_large.
Result<Table> read_worksheet(std::string_view bytes, std::string_view sheet_name = {});

/// A workbook with one worksheet: all cells are text, the first row bold, frozen and with a filter. The same table
/// gives the same bytes. Characters that XML does not allow are left out; cells are cut at 32,767 characters, names of
/// worksheets at 31, which is all that spreadsheets take. Errors: invalid_input for more rows or columns than a
/// worksheet has.
Result<std::string> write_worksheet(const Table& table, std::string_view sheet_name = "Inventory");

struct Worksheet {
  std::string name;
  const Table* table = nullptr;
};
/// The same with several worksheets, in their order. Errors: also where there is none, or two names are the same.
Result<std::string> write_workbook(const std::vector<Worksheet>& sheets);

/// A workbook with one worksheet as write_worksheet makes it, but piece by piece: only what has not been taken yet is
/// in memory, however many rows there are. How wide columns are is taken from the rows that are added first.
class WorksheetStream {
 public:
  explicit WorksheetStream(std::vector<std::string> headers, std::string_view sheet_name = "Inventory");
  WorksheetStream(WorksheetStream&&) noexcept;
  WorksheetStream& operator=(WorksheetStream&&) noexcept;
  ~WorksheetStream();
  /// The next bytes of the file, perhaps none. Errors: invalid_input for more rows or columns than a worksheet has.
  Result<std::string> add(std::span<const std::vector<std::string>> rows);
  /// The last bytes; nothing may be added after.
  Result<std::string> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::formats::inventory
