#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/vers/vendor_text.hpp"

/// Readings of texts that are decided by something else than a version. All take text as normalise_vendor_text gives
/// it, and give nothing where they do not understand all of it.
namespace tocsin::formats::vers {

/// "<= the first 5 digits of serial number 24031"
std::optional<VendorSerial> read_serial(std::string_view text);
/// "MELSEC Q03UDECPU The first 5 digits of serial No.": makes a range of such numbers a reading of serial numbers.
bool is_serial_by_product(std::string_view product, VendorReading& reading);
/// Whether the text is about serial numbers at all.
bool is_about_serials(std::string_view lower) noexcept;
/// "first 5 digits of serial number <=24031"
std::string to_text(const VendorSerial& serial);
/// "serial number 24031X", "S/N 24031": the number, upper case. Nothing for a version.
std::optional<std::string> serial_of_installed(std::string_view installed);
/// Whether an installed serial number is one of those; nothing where it cannot be compared.
std::optional<bool> is_in(const VendorSerial& serial, std::string_view number);

/// Days of the calendar, both ends included; "January 2019" is a month of them.
struct VendorDays {
  std::string first, last;  ///< YYYYMMDD
  bool ambiguous = false;   ///< Two ways to read it, as in "04/05/2023".
};
/// The days that `text` names, all of it: "April 27, 2023", "27-April-2023", "Q2 2023", "2023-04", "27.04.2023".
/// "04/05/2023" may be two days, and is both and what lies between.
std::optional<VendorDays> read_days(std::string_view text);
bool is_about_dates(std::string_view lower);
/// "production date <= July 2020": fills intervals and what bears the date.
bool read_dates(std::string_view text, VendorReading& reading);
/// An installation's date and the words in front of it.
std::optional<std::pair<VendorDays, std::string>> days_of_installed(std::string_view installed);

/// Names of models, editions, order numbers; and behind them what restricts them. False where the text names versions
/// or is prose.
bool read_models(std::string_view text, VendorReading& reading);
/// "1SAP565100R0001 (revision index B1 with BSP <= UN30 1.76)": where the order number at the front ends.
std::size_t end_of_order_number(std::string_view text) noexcept;
/// Words without anything that would be a version.
bool is_prose(std::string_view text);

}  // namespace tocsin::formats::vers
