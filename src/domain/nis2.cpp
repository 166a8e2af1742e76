#include "domain/nis2.hpp"

#include <array>

namespace tocsin::domain {
namespace {

constexpr Nis2Sector kEnergy{1, 1, "Energy"};
constexpr Nis2Sector kTransport{1, 2, "Transport"};
constexpr Nis2Sector kBanking{1, 3, "Banking"};
constexpr Nis2Sector kFinancialMarkets{1, 4, "Financial market infrastructures"};
constexpr Nis2Sector kHealth{1, 5, "Health"};
constexpr Nis2Sector kDrinkingWater{1, 6, "Drinking water"};
constexpr Nis2Sector kWasteWater{1, 7, "Waste water"};
constexpr Nis2Sector kDigitalInfrastructure{1, 8, "Digital infrastructure"};
constexpr Nis2Sector kServiceManagement{1, 9, "ICT service management (business-to-business)"};
constexpr Nis2Sector kPublicAdministration{1, 10, "Public administration"};
constexpr Nis2Sector kSpace{1, 11, "Space"};
constexpr Nis2Sector kPost{2, 1, "Postal and courier services"};
constexpr Nis2Sector kWaste{2, 2, "Waste management"};
constexpr Nis2Sector kChemicals{2, 3, "Manufacture, production and distribution of chemicals"};
constexpr Nis2Sector kFood{2, 4, "Production, processing and distribution of food"};
constexpr Nis2Sector kManufacturing{2, 5, "Manufacturing"};
constexpr Nis2Sector kDigitalProviders{2, 6, "Digital providers"};
constexpr Nis2Sector kResearch{2, 7, "Research"};

constexpr std::array kAll{kEnergy,
                          kTransport,
                          kBanking,
                          kFinancialMarkets,
                          kHealth,
                          kDrinkingWater,
                          kWasteWater,
                          kDigitalInfrastructure,
                          kServiceManagement,
                          kPublicAdministration,
                          kSpace,
                          kPost,
                          kWaste,
                          kChemicals,
                          kFood,
                          kManufacturing,
                          kDigitalProviders,
                          kResearch};

// CISA's sectors cut the world differently; an entry says "look there", not "is one".
constexpr std::array kOfChemical{kChemicals};
constexpr std::array kOfCommunications{kDigitalInfrastructure, kPost};
constexpr std::array kOfManufacturing{kManufacturing};
constexpr std::array kOfDams{kEnergy, kDrinkingWater};
constexpr std::array kOfDefense{kSpace, kManufacturing};
constexpr std::array kOfEmergency{kHealth, kPublicAdministration};
constexpr std::array kOfEnergy{kEnergy};
constexpr std::array kOfFinance{kBanking, kFinancialMarkets};
constexpr std::array kOfFood{kFood};
constexpr std::array kOfGovernment{kPublicAdministration, kResearch};
constexpr std::array kOfHealthcare{kHealth};
constexpr std::array kOfInformationTechnology{kDigitalInfrastructure, kServiceManagement, kDigitalProviders};
constexpr std::array kOfTransportation{kTransport, kPost};
constexpr std::array kOfWater{kDrinkingWater, kWasteWater};

}  // namespace

std::span<const Nis2Sector> all_nis2_sectors() noexcept { return kAll; }

std::span<const Nis2Sector> nis2_sectors_of(Sector sector) noexcept {
  switch (sector) {
    case Sector::chemical:
      return kOfChemical;
    case Sector::communications:
      return kOfCommunications;
    case Sector::critical_manufacturing:
      return kOfManufacturing;
    case Sector::dams:
      return kOfDams;
    case Sector::defense_industrial_base:
      return kOfDefense;
    case Sector::emergency_services:
      return kOfEmergency;
    case Sector::energy:
    case Sector::nuclear:  // Annex I names electricity and its producers, whatever they run on.
      return kOfEnergy;
    case Sector::financial_services:
      return kOfFinance;
    case Sector::food_and_agriculture:
      return kOfFood;
    case Sector::government_facilities:
      return kOfGovernment;
    case Sector::healthcare:
      return kOfHealthcare;
    case Sector::information_technology:
      return kOfInformationTechnology;
    case Sector::transportation:
      return kOfTransportation;
    case Sector::water:
      return kOfWater;
    case Sector::commercial_facilities:  // Shops, hotels and stadiums are in neither annex.
    case Sector::multiple:
      return {};
  }
  return {};
}

}  // namespace tocsin::domain
