"""IR_PHA_R: one drug presentation."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "ir_pha_r",
    "IR_PHA_R",
    "One drug presentation.",
    ("PHA_CIP_C13",),
    """
    PHA_CIP_C13 | code |  |  | CIP13 of the presentation.
    PHA_PRS_IDE | code |  |  | Pharmacy · service · identifier.
    PHA_CIP_UCD | code |  |  | Pharmacy · CIP · dispensing unit.
    PHA_MED_NAT | text |  |  | Pharmacy · medical · nature.
    PHA_MED_NOM | text |  |  | Pharmacy · medical · name.
    PHA_PPC_IND | text |  |  | Pharmacy · PPC · indicator.
    PHA_INS_DTD | code |  |  | Pharmacy · insertion · start date.
    PHA_INS_DTF | code |  |  | Pharmacy · insertion · end date.
    PHA_MTF_VAL | text |  |  | Pharmacy · reason · validity.
    PHA_LIS_IND | code |  |  | Pharmacy · LIS · indicator.
    PHA_FRM_COD | code |  |  | Pharmacy · FRM · code.
    PHA_FRM_LIB | text |  |  | Pharmacy · FRM · label.
    PHA_FRC_COD | code |  |  | Pharmacy · fraction · code.
    PHA_FRC_LIB | text |  |  | Pharmacy · fraction · label.
    PHA_LAB_NOM | text |  |  | Pharmacy · laboratory · name.
    PHA_PRD_LIB1 | text |  |  | Pharmacy · PRD · LIB1.
    PHA_PRD_LIB2 | text |  |  | Pharmacy · PRD · LIB2.
    PHA_DER_MAJ | code |  |  | Pharmacy · DER · update.
    PHA_MAX_QTS | code |  |  | Pharmacy · last · QTS.
    PHA_MAX_QTR | code |  |  | Pharmacy · last · QTR.
    PHA_PRE_IND | text |  |  | Pharmacy · prescriber · indicator.
    PHA_MEX_IND | text |  |  | Pharmacy · MEX · indicator.
    PHA_MED_SPE | text |  |  | Pharmacy · medical · specialty.
    PHA_SEX_DTD | text |  |  | Pharmacy · sex · start date.
    PHA_MED_SEX | code |  |  | Pharmacy · medical · sex.
    PHA_AGE_DTD | text |  |  | Pharmacy · age · start date.
    PHA_AGE_MIN | text |  |  | Pharmacy · age · minimum.
    PHA_AGE_MAX | text |  |  | Pharmacy · age · last.
    PHA_MED_IMG | code |  |  | Pharmacy · medical · IMG.
    PHA_MED_GEN | text |  |  | Pharmacy · medical · GEN.
    PHA_PCP_DTD | text |  |  | Pharmacy · of cover · start date.
    PHA_MED_PCP | text |  |  | Pharmacy · medical · of cover.
    PHA_MED_PIH | text |  |  | Pharmacy · medical · PIH.
    PHA_DTD_ALM | text |  |  | Pharmacy · start date · ALM.
    PHA_DTF_ALM | text |  |  | Pharmacy · end date · ALM.
    PHA_IND_SUI | text |  |  | Pharmacy · indicator · SUI.
    PHA_TAR_DAT | text |  |  | Pharmacy · tariff · date.
    PHA_PRI_UNI | text |  |  | Pharmacy · price · unit.
    PHA_PRI_UND | text |  |  | Pharmacy · price · UND.
    PHA_TAU_COD | text |  |  | Pharmacy · rate · code.
    PHA_RGE_C07 | text |  |  | Pharmacy · RGE · C07.
    PHA_RGE_C13 | text |  |  | Pharmacy · RGE · CIP13.
    PHA_GRS_NUM | text |  |  | Pharmacy · pregnancy · number.
    PHA_GRS_NOM | text |  |  | Pharmacy · pregnancy · name.
    PHA_NOM_PA | text |  |  | Substance.
    PHA_MED_COM | text |  |  | Pharmacy · medical · commune.
    PHA_NOM_COURT | text |  |  | Pharmacy · name · COURT.
    PHA_EPH_COD | text |  |  | Pharmacy · EPH · code.
    PHA_EPH_LIB_DSES | text |  |  | Pharmacy · EPH · label · doses.
    PHA_MED_GEN_DPROD | text |  |  | Pharmacy · medical · GEN · DPROD.
    PHA_CNV_TOP_DSES | text |  |  | Pharmacy · agreement · flag · doses.
    PHA_GRS_DSD | text |  |  | Pharmacy · pregnancy · DSD.
    PHA_HTA_TOP | text |  |  | Pharmacy · HTA · flag.
    PHA_CND_TOP | text |  |  | Pharmacy · CND · flag.
    PHA_DOS_PRA_DSES | text |  |  | Pharmacy · DOS · practice · doses.
    PHA_DOS_UNT_DSES | text |  |  | Pharmacy · DOS · unit · doses.
    PHA_UNT_NBR_DSES | text |  |  | Pharmacy · unit · count · doses.
    PHA_ATC_C07 | text |  |  | ATC code, fifth level.
    PHA_ATC_L07 | text |  |  | Pharmacy · ATC · L07.
    PHA_ATC_C03 | text |  |  | ATC group, second level.
    PHA_ATC_L03 | text |  |  | Pharmacy · ATC · L03.
    PHA_AST_TOP | number |  |  | Pharmacy · AST · flag.
    PHA_CAR_TOP | number |  |  | Pharmacy · CAR · flag.
    PHA_DAT_OPP | text |  |  | Pharmacy · date · OPP.
    PHA_DIA_TOP | number |  |  | Pharmacy · DIA · flag.
    PHA_GRD_CND | text |  |  | Pharmacy · GRD · CND.
    PHA_HDD_SPE | number |  |  | Pharmacy · HDD · specialty.
    PHA_PRD_UND | number |  |  | Pharmacy · PRD · UND.
    PHA_PRD_UNI | number |  |  | Pharmacy · PRD · unit.
    PHA_ATC_CLA | text |  |  | ATC class, seventh level.
    PHA_ATC_LIB | text |  |  | Pharmacy · ATC · label.
    PHA_DOS_UNI | text |  |  | Pharmacy · DOS · unit.
    PHA_EPH_CLA | text |  |  | Pharmacy · EPH · CLA.
    PHA_EPH_LIB | text |  |  | Pharmacy · EPH · label.
    PHA_SUB_DOS | text |  |  | Pharmacy · substitution · DOS.
    PHA_UPC_NBR | text |  |  | Pharmacy · UPC · count.
    """,
)
