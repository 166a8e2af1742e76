#include "domain/place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::domain {
namespace {

struct CountriesCase {
  std::string_view name, text;
  std::vector<std::string> countries;
};
void PrintTo(const CountriesCase& each, std::ostream* out) { *out << each.text; }
const CountriesCase kCountries[] = {
    {"Worldwide", " Worldwide\n", {"Worldwide"}},
    {"Globally", "Globally", {"Worldwide"}},
    {"DeployedWorldwide", "Deployed worldwide", {"Worldwide"}},
    {"Labelled", "Areas Deployed: Worldwide", {"Worldwide"}},
    {"List", "East Asia, Europe, United States", {"East Asia", "Europe", "United States"}},
    {"AndBeforeTheLast", "East Asia, United States, and Europe", {"East Asia", "United States", "Europe"}},
    {"TwoWithAnd", "Europe and North America", {"Europe", "North America"}},
    {"NameWithAnd", "Bosnia and Herzegovina, Serbia", {"Bosnia and Herzegovina", "Serbia"}},
    {"Semicolons", "Germany; Poland; Ukraine", {"Germany", "Poland", "Ukraine"}},
    {"Outside", " Deployed outside the U.S", {"Outside the United States"}},
    {"Repeated", "USA, United States", {"United States"}},
    {"Unknown", "Unknown", {}},
    {"Multiple", "Multiple", {}},
    {"Empty", "", {}},
};
class Countries : public ::testing::TestWithParam<CountriesCase> {};
TEST_P(Countries, AreTidy) { EXPECT_EQ(read_countries(GetParam().text), GetParam().countries); }
INSTANTIATE_TEST_SUITE_P(Place, Countries, ::testing::ValuesIn(kCountries),
                         [](const auto& each) { return std::string{each.param.name}; });

struct SeatCase {
  std::string_view name, text, seat;
};
void PrintTo(const SeatCase& each, std::ostream* out) { *out << each.text; }
constexpr SeatCase kSeats[] = {
    {"Country", " Germany\n", "Germany"},
    {"City", "Paris, France", "Paris, France"},
    {"StateNamesItsCountry", "Milwaukee, Wisconsin", "Milwaukee, Wisconsin, United States"},
    {"StateAlone", "New Jersey", "New Jersey, United States"},
    {"StateAndCountry", "Wisconsin, USA", "Wisconsin, United States"},
    {"GeorgiaTheState", "Kennesaw, Georgia", "Kennesaw, Georgia, United States"},
    {"GeorgiaTheCountry", "Georgia", "Georgia"},
    {"Abbreviated", "U.S.", "United States"},
    {"Misspelt", "United State", "United States"},
    {"Adjective", "German", "Germany"},
    {"China", "Fuzhou, Fujian, P.R.China", "Fuzhou, Fujian, China"},
    {"NoPlace", "Various", ""},
    {"Project", "Open-source Project", ""},
    {"Empty", "", ""},
};
class Headquarters : public ::testing::TestWithParam<SeatCase> {};
TEST_P(Headquarters, AreTidy) { EXPECT_EQ(read_headquarters(GetParam().text), GetParam().seat); }
INSTANTIATE_TEST_SUITE_P(Place, Headquarters, ::testing::ValuesIn(kSeats),
                         [](const auto& each) { return std::string{each.param.name}; });

}  // namespace
}  // namespace tocsin::domain
